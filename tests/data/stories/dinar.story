# A currency with three decimals.
policy: dinar.toml

story: A thousandth decides
| when             | what           | then                                                     |
| 2026-03-02 09:00 | purchase 0.004 |                                                          |
| 2026-03-03 09:00 | purchase 0.001 | value: none -> buyer because spend 0.005 is >= 0.005     |
| 2026-04-01       |                | value: buyer -> none because spend 0.001 is not >= 0.005 |

story: A total of nothing, and one below it by a thousandth
| when             | what                   | then                                  |
| 2026-03-02 09:00 | purchase 0.005 order a | value: none -> buyer                  |
| 2026-03-03 09:00 | refund 0.005 order a   | value: buyer -> none, spend is 0.00, orders is 0 |
| 2026-03-04 09:00 | refund 0.001 order a   | spend is -0.001                       |
| 2026-03-05 09:00 | purchase 0.005         | spend is 0.004                        |
