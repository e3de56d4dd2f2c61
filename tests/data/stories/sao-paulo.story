# A window of two days, and a term of a month, in São Paulo.
policy: sao-paulo.toml

story: A day whose first hour is skipped begins an hour later
only: value
| when                     | who | what       | then                 |
| 2018-11-02 12:00         | ann | purchase 5 | value: none -> buyer |
| 2018-11-03 23:59:59.999  | bob | purchase 5 | value: none -> buyer |
| 2018-11-04T02:59:59.999Z | ann |            | value is buyer       |
| 2018-11-04T03:00:00Z     | ann |            | value: buyer -> none |
| 2018-11-05T02:00:00Z     | bob |            | value: buyer -> none |

story: A day whose last hour comes twice ends after the second one
only: value
| when                      | who | what       | then                 |
| 2018-02-16 12:00          | ann | purchase 5 | value: none -> buyer |
| 2018-02-17T23:30:00-02:00 | bob | purchase 5 | value: none -> buyer |
| 2018-02-17T23:30:00-03:00 | cleo | purchase 5 | value: none -> buyer |
| 2018-02-18T02:59:59.999Z  | ann |            | value is buyer       |
| 2018-02-18T03:00:00Z      | ann |            | value: buyer -> none |
| 2018-02-19T03:00:00Z      | bob |            | value: buyer -> none |
|                           | cleo |           | value: buyer -> none |

story: A term ends where the day after it begins, an hour late
only: card
| when                 | what         | then                  |
| 2018-10-03 12:00     | purchase 100 | card: guest -> member |
| 2018-11-04T03:00:00Z |              | card: member -> guest |
