# A window of two days while the country moves by half an hour.
policy: pyongyang.toml
only: value

story: The clocks go back by half an hour at midnight, for good
| when                     | who | what       | then                 |
| 2015-08-13 12:00         | ann | purchase 5 | value: none -> buyer |
| 2015-08-14T14:59:59.999Z | bob | purchase 5 | value: none -> buyer |
| 2015-08-14T15:00:00Z     | ann |            | value is buyer       |
| 2015-08-14T15:30:00Z     | ann |            | value: buyer -> none |
| 2015-08-15T15:30:00Z     | bob |            | value: buyer -> none |

story: And forward again three years later
| when                     | who | what       | then                 |
| 2018-05-03 12:00         | ann | purchase 5 | value: none -> buyer |
| 2018-05-04T14:59:59.999Z | bob | purchase 5 | value: none -> buyer |
| 2018-05-04T15:00:00Z     | ann |            | value: buyer -> none |
| 2018-05-05T15:00:00Z     | bob |            | value: buyer -> none |
