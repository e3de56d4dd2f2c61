# A window of two days, and a term of a month, where 30 December 2011 never was.
policy: apia.toml

story: A day that never was passes in no time, and is one of the two
only: value
| when                     | who | what       | then                 |
| 2011-12-29 23:59:59.999  | ann | purchase 5 | value: none -> buyer |
| 2011-12-31               | bob | purchase 5 | value: none -> buyer, spend is 5.00 |
|                          | ann |            | value: buyer -> none |
| 2012-01-01 23:59:59.999  | bob |            | value is buyer       |
| 2012-01-02               | bob |            | value: buyer -> none |

story: A term whose last day never was ends where the day after it begins
only: card
| when                     | what         | then                  |
| 2011-11-30 12:00         | purchase 100 | card: guest -> member |
| 2011-12-30T09:59:59.999Z |              | card is member        |
| 2011-12-30T10:00:00Z     |              | card: member -> guest |

story: A day of 25 hours, ahead of the date line
only: value
| when                     | who | what       | then                 |
| 2012-03-31 23:59:59.999  | ann | purchase 5 | value: none -> buyer |
| 2012-04-01T10:59:59.999Z | ann |            | value is buyer       |
| 2012-04-01T11:00:00Z     | ann |            | value: buyer -> none |
