# Plots of the study noc.cfg: gnuplot -e "csv='noc.csv'; png='noc.png'" noc.gp
set terminal pngcairo size 900,360 font "sans,9"
set output png
set datafile separator ","
set multiplot layout 1,2
# Flit size and the column behind it, of one group.
rows(group) = "< sed -n 's/^" . group . ",noc.flit_bytes=//p' " . csv

set title "ResNet-8: time of one image"
set xlabel "bytes of a flit"
set ylabel "us"
set logscale x 2
set logscale y
set xrange [0.9:36]
set yrange [80:6000]
set key top right
set grid
plot rows("links") using 1:2 with linespoints pt 7 title "chip as it is", \
     rows("links-fast") using 1:2 with linespoints pt 5 title "fast tiles"

set title "Placement: energy of links and routers, one image"
unset logscale
set xlabel ""
set ylabel "uJ"
set xrange [*:*]
set yrange [0:1.5]
set style data histogram
set style fill solid 0.6
set boxwidth 0.8
unset key
place = "< sed -nE 's/^(placement|scattered)-fast,noc.flit_bytes=16 place.(policy=)?//p' " . csv . " | sed 's/=/ /'"
plot place using 3:xtic(1)
unset multiplot
