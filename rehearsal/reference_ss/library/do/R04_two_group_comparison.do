* R04: comparison of two groups by a t test
* Reads data.csv; writes table_R04_groups.csv,
* table_R04_ttest.csv and result.log
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
local needed "__DEPVAR__"
foreach name of local needed {
    confirm variable `name'
    confirm numeric variable `name'
}
confirm variable __GROUP_VAR__

* Who is compared, then the test
tabulate __GROUP_VAR__
summarize __DEPVAR__, detail
ttest __DEPVAR__, by(__GROUP_VAR__)

* The results outlive the commands that write them only as macros
local n1 = r(N_1)
local n2 = r(N_2)
local mean1 = r(mu_1)
local mean2 = r(mu_2)
local sd1 = r(sd_1)
local sd2 = r(sd_2)
local difference = r(mu_1) - r(mu_2)
local se = r(se)
local t = r(t)
local df = r(df_t)
local p = r(p)

* Groups in the order of the test's table
tempname table
file open `table' using "table_R04_groups.csv", write text replace
file write `table' "group,n,mean,sd" _n
file write `table' "1,`n1',`mean1',`sd1'" _n
file write `table' "2,`n2',`mean2',`sd2'" _n
file close `table'

file open `table' using "table_R04_ttest.csv", write text replace
file write `table' "difference,se,t,df,p" _n
file write `table' "`difference',`se',`t',`df',`p'" _n
file close `table'
display "R04 done"
log close
