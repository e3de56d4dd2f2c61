# What is taken back, and the tier that it was bought for.
policy: refunds.toml
only: strict, plain, lenient

story: A refund takes the tier at once, or after the grace, or not before its day
| when             | what                     | then                                                                                      |
| 2026-01-10 12:00 | purchase 120.00 order o1 | strict: none -> silver, plain: none -> silver, lenient: none -> silver                    |
| 2026-02-01 12:00 | refund 50.00 order o1    | strict: silver -> none by event because spend 70.00 is not >= 100.00                      |
| 2026-03-03 12:00 |                          | plain: silver -> none waited grace since 2026-02-01 12:00                                 |
| 2026-04-10 00:00 |                          | lenient: silver -> none by clock because spend 0.00 is not >= 100.00                      |

story: A loss that no refund brings waits on every ladder
| when             | what                     | then                                                                   |
| 2026-01-10 12:00 | purchase 120.00 order o1 | strict: none -> silver, plain: none -> silver, lenient: none -> silver |
| 2026-02-01 12:00 | refund 5.00 order o1     |                                                                        |
| 2026-04-10 00:00 |                          | lenient: silver -> none                                                |
| 2026-05-10 00:00 |                          | strict: silver -> none waited grace, plain: silver -> none waited grace |

story: A refund during a grace that has begun changes nothing
only: strict
| when             | what                     | then                                                              |
| 2026-01-10 12:00 | purchase 120.00 order o1 | strict: none -> silver                                            |
| 2026-04-15 12:00 | cancel order o1          |                                                                   |
| 2026-05-10 00:00 |                          | strict: silver -> none waited grace since 2026-04-10 00:00        |

story: Who buys anew meanwhile is kept by that
only: lenient
| when             | what                     | then                    |
| 2026-01-10 12:00 | purchase 120.00 order o1 | lenient: none -> silver |
| 2026-02-01 12:00 | cancel order o1          |                         |
| 2026-03-01 12:00 | purchase 100.00 order o2 |                         |
| 2026-05-30 00:00 |                          | lenient: silver -> none |
