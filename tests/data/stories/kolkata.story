# A window of two days, and a term of a month, five and a half hours ahead of UTC.
policy: kolkata.toml

story: Days begin at half past six in the evening of UTC
only: value
| when                     | who | what       | then                 |
| 2026-01-10T18:29:59.999Z | ann | purchase 5 | value: none -> buyer |
| 2026-01-10T18:30:00Z     | bob | purchase 5 | value: none -> buyer |
| 2026-01-11T18:30:00Z     | ann |            | value: buyer -> none |
| 2026-01-12T18:30:00Z     | bob |            | value: buyer -> none |

story: A term ends there too
only: card
| when                     | what         | then                  |
| 2026-01-31T18:29:59.999Z | purchase 100 | card: guest -> member |
| 2026-02-28T18:30:00Z     |              | card: member -> guest |
