# A currency without minor units.
policy: yen.toml

story: One yen less is not enough, and a threshold is hit exactly
| when             | what         | then                                                                   |
| 2026-03-02 09:00 | purchase 999 |                                                                        |
| 2026-03-03 09:00 | purchase 1   | value: none -> buyer because spend 1000.00 is >= 1000.00, orders is 2  |
| 2026-04-01       |              | value: buyer -> none                                                   |

story: A total of nothing, and one below it
| when             | what                 | then                                  |
| 2026-03-02 09:00 | purchase 0 order a   | spend is 0.00, orders is 1            |
| 2026-03-03 09:00 | refund 1500 order a  | spend is -1500.00, orders is 0        |
| 2026-03-04 09:00 | purchase 2499        | spend is 999.00                       |
| 2026-03-05 09:00 | purchase 1           | value: none -> buyer                  |
| 2026-04-01       |                      | spend is 2500.00                      |
| 2026-04-03       |                      | value: buyer -> none, spend is 1.00   |
