# A window of two days on Lord Howe Island.
policy: lord-howe.toml
only: value

story: A day that is half an hour short
| when                     | who | what       | then                 |
| 2026-10-03 23:59:59.999  | ann | purchase 5 | value: none -> buyer |
| 2026-10-04               | bob | purchase 5 | value: none -> buyer |
| 2026-10-04T12:59:59.999Z | ann |            | value is buyer       |
| 2026-10-04T13:00:00Z     | ann |            | value: buyer -> none |
| 2026-10-05T13:00:00Z     | bob |            | value: buyer -> none |

story: A day that is half an hour long
| when                     | who | what       | then                 |
| 2026-04-04 23:59:59.999  | ann | purchase 5 | value: none -> buyer |
| 2026-04-05               | bob | purchase 5 | value: none -> buyer |
| 2026-04-05T13:29:59.999Z | ann |            | value is buyer       |
| 2026-04-05T13:30:00Z     | ann |            | value: buyer -> none |
| 2026-04-06T13:30:00Z     | bob |            | value: buyer -> none |
