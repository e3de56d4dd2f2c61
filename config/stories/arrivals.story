# Events that come late, twice, or from a clock that is wrong.
policy: ../policy.toml
only: value

story: A late purchase counts at the day on which it happened
# The order of 3 January reaches us a day late; it leaves the window on 3 April, not a day later.
| when             | what                                  | then                                      |
| 2026-01-03 12:00 | view                                  |                                           |
| 2026-01-04 12:00 | purchase 50.00 dated 2026-01-03 15:00 | value: none -> low as of 2026-01-03 15:00 |
| 2026-04-03       |                                       | value: low -> none                        |

story: A purchase counts that is a week late, and not one that is later
# The clock is behind by a second more, so that events may overtake each other.
| when             | who | what                                         | then                                         |
| 2026-01-17 12:00 | ann | purchase 50.00 dated 2026-01-10 11:59:59     | value: none -> low as of 2026-01-10 11:59:59 |
|                  | bob | purchase 50.00 dated 2026-01-10 11:59:58.999 | refused: too_late                            |

story: A late purchase can win back a tier that silence has taken
# It counts on 8 April. What has been published stays: the customer is back as of the last time that
# something moved them, on 11 April, when they became at_risk.
| when             | what                                 | then                                      |
| 2026-01-10 12:00 | purchase 50.00                       | value: none -> low                        |
| 2026-04-10       |                                      | value: low -> none                        |
| 2026-04-12 12:00 | purchase 5.00 dated 2026-04-08 12:00 | value: none -> low as of 2026-04-11 00:00 |

story: A copy of an event is not counted again
| when             | what                                          | then                                 |
| 2026-01-10 12:00 | purchase 200.00 id e-1                        | value: none -> low                   |
| 2026-01-10 12:01 | purchase 200.00 id e-1 dated 2026-01-10 12:00 | duplicate                            |
| +1h              |                                               | orders_90d is 1, spend_90d is 200.00 |

story: An event from the future is set aside
| when             | what                            | then                                      |
| 2026-01-10 12:00 | purchase 50.00 dated 2100-01-01 | refused: future                           |
| 2026-01-10 12:00 | purchase 50.00 dated +10m1ms    | refused: future                           |
| 2026-01-10 12:00 | purchase 50.00 dated +10m       | value: none -> low as of 2026-01-10 12:10 |

story: Another currency is set aside
| when             | what                        | then                      |
| 2026-01-10 12:00 | purchase 50.00 currency USD | refused: unknown_currency |

story: Two purchases at one instant are two purchases
| when             | what            | then               |
| 2026-01-10 12:00 | purchase 150.00 | value: none -> low |
|                  | purchase 150.00 | value: low -> mid  |

story: A purchase at the very instant at which a tier would be lost keeps it
# Both are decided together, once.
| when             | what           | then               |
| 2026-01-10 12:00 | purchase 50.00 | value: none -> low |
| 2026-04-10 00:00 | purchase 50.00 |                    |

story: A purchase one millisecond after it was lost brings it back
| when                    | what           | then               |
| 2026-01-10 12:00        | purchase 50.00 | value: none -> low |
| 2026-04-10 00:00        |                | value: low -> none |
| 2026-04-10 00:00:00.001 | purchase 50.00 | value: none -> low |
