* R02: linear regression by ordinary least squares
* Reads data.csv; writes table_R02_coefficients.csv,
* table_R02_fit.csv and result.log
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
local needed "__DEPVAR__ __INDEPVARS__"
foreach name of local needed {
    confirm variable `name'
    confirm numeric variable `name'
}

* What goes in, then the estimate
summarize __DEPVAR__ __INDEPVARS__
regress __DEPVAR__ __INDEPVARS__

* The coefficients as a table: one row for each term
local df = e(df_r)
local width = invttail(`df', 0.025)
tempname table
file open `table' using "table_R02_coefficients.csv", write text replace
file write `table' "term,coefficient,se,t,p,ci_low,ci_high" _n
local terms "__INDEPVARS__ _cons"
foreach term of local terms {
    local b = _b[`term']
    local se = _se[`term']
    local t = _b[`term'] / _se[`term']
    local p = 2 * ttail(`df', abs(_b[`term'] / _se[`term']))
    local low = _b[`term'] - `width' * _se[`term']
    local high = _b[`term'] + `width' * _se[`term']
    file write `table' "`term',`b',`se',`t',`p',`low',`high'" _n
}
file close `table'

* How well it fits
local n = e(N)
local r2 = e(r2)
local f = e(F)
local rmse = e(rmse)
file open `table' using "table_R02_fit.csv", write text replace
file write `table' "n,r2,f,df_residual,rmse" _n
file write `table' "`n',`r2',`f',`df',`rmse'" _n
file close `table'
display "R02 done"
log close
