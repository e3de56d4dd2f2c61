# A bank: amount, activity, tenure, profit.
policy: bank.toml

story: All four questions together make a private client, when three days have passed
only: service
| when             | what                               | then                                          |
| 2024-05-10 10:00 | joined                             |                                               |
| 2026-01-10 10:00 | purchase 30000.00 margin 500.00    |                                               |
| 2026-01-13 10:00 |                                    | service: standard -> private by clock         |

story: A franc short of each threshold
only: service
| when             | who | what                            | then                                     |
| 2024-05-10 10:00 | ann | joined                          |                                          |
| 2024-05-10 10:00 | bob | joined                          |                                          |
| 2026-01-10 10:00 | ann | purchase 29999.99 margin 500.00 |                                          |
|                  | bob | purchase 30000.00 margin 499.99 |                                          |
|                  | cid | purchase 30000.00 margin 500.00 |                                          |
| 2026-01-13 10:00 | ann |                                 | service: standard -> preferred           |
|                  | bob |                                 | service: standard -> preferred           |
|                  | cid |                                 | service: standard -> preferred           |

story: Money that comes and goes within three days is no reason
only: service, amount
| when             | what                                     | then                    |
| 2026-01-10 10:00 | purchase 30000.00 margin 500.00 order t1 | amount: small -> large  |
| 2026-01-12 10:00 | cancel order t1                          | amount: large -> small  |
| 2026-06-01       |                                          | service is standard     |

story: The service goes on through the next quarter, and ends for good if nothing comes
# The money leaves the 90 days on 10 April: that quarter and the next are kept.
only: service
| when             | what                            | then                                                              |
| 2024-05-10 10:00 | joined                          |                                                                   |
| 2026-01-10 10:00 | purchase 40000.00 margin 600.00 |                                                                   |
| 2026-01-13 10:00 |                                 | service: standard -> private                                      |
| 2026-10-01       |                                 | service: private -> standard by clock because turnover_90d 0.00   |

story: Money at the very midnight at which the service would end keeps it
only: service
| when             | what                            | then                         |
| 2024-05-10 10:00 | joined                          |                              |
| 2026-01-10 10:00 | purchase 40000.00 margin 600.00 |                              |
| 2026-01-13 10:00 |                                 | service: standard -> private |
| 2026-10-01 00:00 | purchase 25000.00               | service is private           |

story: A payment that is called back is taken off the day on which it was made
only: amount, profit
| when             | what                                    | then                                                |
| 2026-01-10 10:00 | purchase 30000.00 margin 90.00 order t1 | amount: small -> large, profit: costs -> earns      |
| 2026-02-10 10:00 | refund 5000.01 margin 90.00 order t1    | amount: large -> middle, profit: earns -> costs     |
| 2026-04-10       |                                         | amount: middle -> small                             |

story: What a quarter earns and what a fee costs
only: profit
| when             | what                    | then                         |
| 2026-03-31 22:00 | interest margin 500.00  | profit: costs -> earns_well  |
| 2026-04-10 10:00 | fee margin -100.00      | profit_365d is 400.00        |
| 2026-04-11 10:00 | fee margin -0.01        | profit: earns_well -> earns  |
| 2026-04-12 10:00 | fee margin -400.00      | profit: earns -> costs       |

story: A year, and five years, also from 29 February
# 1826 days are five years with one leap day.
only: tenure
| when             | what   | then                        |
| 2024-02-29 10:00 | joined |                             |
| 2025-02-28       |        | tenure: new -> known        |
| 2029-02-28       |        | tenure: known -> old_friend |

story: Eight days in the app make busy, and sleep comes by itself
only: activity
start: 2026-03-01
| when         | what  | then                     |
| day 1 10:00  | login | activity: asleep -> some |
| day 1 11:00  | login |                          |
| day 2 10:00  | login |                          |
| day 3 10:00  | login |                          |
| day 4 10:00  | login |                          |
| day 5 10:00  | login |                          |
| day 6 10:00  | login |                          |
| day 7 10:00  | login |                          |
| day 8 10:00  | login | activity: some -> busy   |
| day 34       |       | activity: busy -> some   |
| day 38       |       | activity: some -> asleep |

story: What the advisor should do
only: advice
| when             | who | what                             | then                              |
| 2024-05-10 10:00 | ann | joined                           |                                   |
| 2024-05-10 10:00 | eve | joined                           |                                   |
| 2026-01-10 10:00 | ann | purchase 9000.00 margin 700.00   |                                   |
| 2026-01-10 10:00 | bob | purchase 50000.00 margin -20.00  | advice: leave_alone -> reprice    |
| 2026-02-01 10:00 | eve | login                            |                                   |
| +1d              | eve | login                            |                                   |
| +1d              | eve | login                            |                                   |
| +1d              | eve | login                            |                                   |
| +1d              | eve | login                            |                                   |
| +1d              | eve | login                            |                                   |
| +1d              | eve | login                            |                                   |
| 2026-02-08 10:00 | eve | login                            | advice: leave_alone -> grow       |
| 2026-02-09       | ann |                                  | advice: leave_alone -> call       |
| 2026-03-06       | eve |                                  | advice: grow -> leave_alone       |

story: Without a franc of profit or a sign of life there is no service, with both there is
only: service
| when             | what                    | then                                            |
| 2026-01-10 10:00 | purchase 5000.00        |                                                 |
| 2026-03-01 10:00 | interest margin 0.01    |                                                 |
| 2026-03-10 10:00 | login                   |                                                 |
| 2026-03-13 10:00 |                         | service: standard -> preferred because active_days_30d 1 |

story: A private client has been here for a year, to the day
only: service
| when             | what                            | then                                   |
| 2025-01-13 22:00 | joined                          |                                        |
| 2026-01-10 10:00 | purchase 30000.00 margin 500.00 |                                        |
| 2026-01-13 10:00 |                                 | service: standard -> preferred         |
# A year since 13 January is over when that day begins, three days after it the wait is.
| 2026-01-16 00:00 |                                 | service: preferred -> private          |

story: Less keeps a private client, but not a centime less than that
# What is called back on 20 January leaves each with 25,000 francs and 400 of profit; bob with a
# centime less of the one, cid of the other. They are told at the end of June, ann at the end of
# September, because her money lasted until April.
only: service
| when             | who | what                                     | then                                    |
| 2024-05-10 10:00 | ann | joined                                   |                                         |
|                  | bob | joined                                   |                                         |
|                  | cid | joined                                   |                                         |
| 2026-01-01 10:00 | ann | purchase 30000.00 margin 500.00 order t1 |                                         |
|                  | bob | purchase 30000.00 margin 500.00 order t2 |                                         |
|                  | cid | purchase 30000.00 margin 500.00 order t3 |                                         |
| 2026-01-04 10:00 | ann |                                          | service: standard -> private            |
|                  | bob |                                          | service: standard -> private            |
|                  | cid |                                          | service: standard -> private            |
| 2026-01-20 10:00 | ann | refund 5000.00 margin 100.00 order t1    |                                         |
|                  | bob | refund 5000.01 margin 100.00 order t2    |                                         |
|                  | cid | refund 5000.00 margin 100.01 order t3    |                                         |
| 2026-07-01       | bob |                                          | service: private -> standard            |
|                  | cid |                                          | service: private -> standard            |
| 2026-10-01       | ann |                                          | service: private -> standard            |

story: Less keeps a ladder's tier, but not a centime less than that
only: amount
| when             | who | what                        | then                    |
| 2026-01-10 10:00 | ann | purchase 30000.00 order t1  | amount: small -> large  |
| 2026-01-11 10:00 | ann | refund 5000.00 order t1     |                         |
| 2026-01-12 10:00 | ann | refund 0.01 order t1        | amount: large -> middle |
| 2026-01-13 10:00 | ann | refund 20999.99 order t1    |                         |
| 2026-01-14 10:00 | ann | refund 0.01 order t1        | amount: middle -> small |
