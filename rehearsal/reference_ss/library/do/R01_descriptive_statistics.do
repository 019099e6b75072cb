* R01: descriptive statistics of numeric columns
* Reads data.csv; writes table_R01_summary.csv and result.log
version 16
capture log close _all
clear all
set more off
log using "result.log", text replace

* Load the data as they were uploaded
import delimited using "data.csv", varnames(1) case(preserve) ///
    encoding("utf-8") clear
count

* Stop before anything is computed from a column that does not fit
local needed "__NUMERIC_VARS__"
foreach name of local needed {
    confirm variable `name'
    confirm numeric variable `name'
}

* The whole picture, then each column in detail
summarize __NUMERIC_VARS__
foreach name of local needed {
    summarize `name', detail
}
correlate __NUMERIC_VARS__

* The same numbers as a table: one row for each column
tempname table
file open `table' using "table_R01_summary.csv", write text replace
file write `table' "variable,n,mean,sd,min,p25,p50,p75,max" _n
foreach name of local needed {
    quietly summarize `name', detail
    local n = r(N)
    local mean = r(mean)
    local sd = r(sd)
    local low = r(min)
    local q1 = r(p25)
    local q2 = r(p50)
    local q3 = r(p75)
    local high = r(max)
    file write `table' "`name',`n',`mean',`sd'"
    file write `table' ",`low',`q1',`q2',`q3',`high'" _n
}
file close `table'
display "R01 done"
log close
