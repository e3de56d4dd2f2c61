# A window of two days, and a term of a month, in New York.
policy: new-york.toml

story: A day of 23 hours is a day, and ends at its own midnight
only: value
| when                             | who | what       | then                 |
| 2024-03-09 23:59:59.999          | ann | purchase 5 | value: none -> buyer |
| 2024-03-10                       | bob | purchase 5 | value: none -> buyer |
| 2024-03-11T03:59:59.999Z         | ann |            | value is buyer       |
| 2024-03-11T04:00:00Z             | ann |            | value: buyer -> none |
| 2024-03-12                       | bob |            | value: buyer -> none |

story: In a day of 25 hours both hours between one and two belong to it
only: value
| when                             | who | what       | then                 |
| 2024-11-03T01:30:00-04:00        | ann | purchase 5 | value: none -> buyer |
| 2024-11-03T01:30:00-05:00        | bob | purchase 5 | value: none -> buyer |
| 2024-11-05T04:59:59.999Z         | bob |            | value is buyer       |
| 2024-11-05T05:00:00Z             | ann |            | value: buyer -> none |
|                                  | bob |            | value: buyer -> none |

story: A term that ends on the day on which clocks change ends at its midnight
only: card
| when                     | what         | then                                   |
| 2024-02-09 12:00         | purchase 100 | card: guest -> member                  |
| 2024-03-10T04:59:59.999Z |              | card is member                         |
| 2024-03-10T05:00:00Z     |              | card: member -> guest                  |
| 2024-10-03 12:00         | purchase 100 | card: guest -> member                  |
| 2024-11-04T04:59:59.999Z |              | card is member                         |
| 2024-11-04T05:00:00Z     |              | card: member -> guest                  |
