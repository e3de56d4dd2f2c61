# A window of two days, and a term of a month, around the autumn in which the clocks stayed.
policy: istanbul.toml

story: Where others have a day of 25 hours there is one of 24
only: value
| when                     | who | what       | then                 |
| 2016-10-29 12:00         | ann | purchase 5 | value: none -> buyer |
| 2016-10-30 12:00         | bob | purchase 5 | value: none -> buyer |
| 2016-10-30T21:00:00Z     | ann |            | value: buyer -> none |
| 2016-10-31T21:00:00Z     | bob |            | value: buyer -> none |

story: A term from one offset to the other ends at the midnight of its end
only: card
| when                     | what         | then                  |
| 2014-10-01 12:00         | purchase 100 | card: guest -> member |
| 2014-11-01T22:00:00Z     |              | card: member -> guest |
| 2016-10-01 12:00         | purchase 100 | card: guest -> member |
| 2016-11-01T21:00:00Z     |              | card: member -> guest |
