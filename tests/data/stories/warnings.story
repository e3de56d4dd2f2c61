# What is told before a tier is lost or entered.
policy: warnings.toml
only: card

story: A loss is told thirty days and seven days ahead, each once, with what is missing then
| when             | what            | then                                                                    |
| 2026-01-10 12:00 | purchase 120.00 | card: none -> silver                                                    |
| 2026-03-10 23:00 |                 | card: at risk of none on 2026-04-10 because spend 0.00 is not >= 100.00 |
| 2026-03-15 12:00 | view            |                                                                         |
| 2026-04-03 00:00 |                 | card: at risk of none on 2026-04-10 00:00                               |
| 2026-04-10 00:00 |                 | card: silver -> none                                                    |
| 2026-04-20       |                 |                                                                         |

story: Who buys in time is safe, and is told anew of the next loss
| when             | what            | then                                      |
| 2026-01-10 12:00 | purchase 120.00 | card: none -> silver                      |
| 2026-03-10 23:00 |                 | card: at risk of none on 2026-04-10 00:00 |
| 2026-03-20 09:00 | purchase 90.00  |                                           |
| 2026-03-21 09:00 | purchase 10.00  | card: safe                                |
| 2026-05-19 00:00 |                 | card: at risk of none on 2026-06-18 00:00 |
| 2026-05-20       |                 |                                           |
| 2026-05-21 09:00 | purchase 20.00  |                                           |

story: A refund brings a loss nearer than the first step, and gives one warning
| when             | what                     | then                                                                     |
| 2026-01-10 12:00 | purchase 100.00 order o1 | card: none -> silver                                                     |
| 2026-01-20 12:00 | purchase 100.00 order o2 |                                                                          |
| 2026-03-20 23:00 |                          | card: at risk of none on 2026-04-20 00:00                                |
| 2026-04-05 12:00 | refund 10.00 order o2    | card: at risk of none on 2026-04-10 because spend 90.00 is not >= 100.00 |

story: Who falls is told of the next fall at once, where it is near
| when             | what            | then                                                            |
| 2026-01-10 12:00 | purchase 200.00 | card: none -> silver                                            |
| 2026-01-20 12:00 | purchase 110.00 | card: silver -> gold                                            |
| 2026-03-31 00:00 |                 | card: at risk of silver on 2026-04-10 00:00                     |
| 2026-04-10 00:00 |                 | card: gold -> silver, card: at risk of none on 2026-04-20 00:00 |
| 2026-04-13 00:00 |                 | card: at risk of none on 2026-04-20 00:00                       |
| 2026-04-20 00:00 |                 | card: silver -> none                                            |
| 2026-04-21       |                 |                                                                 |

story: An approach to the next tier is told once, and anew after it was left
| when             | what                    | then                                                   |
| 2026-01-10 12:00 | purchase 70.00          |                                                        |
| +1h              | purchase 15.00 order o1 | card: near silver because spend 85.00 is not >= 100.00 |
| +1h              | purchase 5.00           |                                                        |
| +1h              | refund 15.00 order o1   |                                                        |
| +1h              | purchase 10.00          | card: near silver                                      |
| +1h              | purchase 20.00          | card: none -> silver                                   |

story: A late purchase takes a warning back
| when             | what                                   | then                                      |
| 2026-01-10 12:00 | purchase 120.00                        | card: none -> silver                      |
| 2026-03-10 23:00 |                                        | card: at risk of none on 2026-04-10 00:00 |
| 2026-03-15 12:00 | purchase 110.00 dated 2026-03-10 08:00 | card: safe                                |

story: Of a term that restarts it is told what the present year lacks
only: status
| when             | what             | then                                                                                    |
| 2025-06-01 12:00 | purchase 1000.00 | status: guest -> star                                                                   |
| 2026-08-01 12:00 | purchase 700.00  |                                                                                         |
| 2026-11-02 00:00 |                  | status: at risk of guest on 2027-01-01 because spend_this_year 700.00 is not >= 1000.00 |
| 2026-11-10 12:00 | purchase 300.00  | status: safe                                                                            |
| 2026-12-31       |                  |                                                                                         |

story: The end of a gift is a loss, and what is missing is the rule to enter the tier
| when             | what                                     | then                                                                      |
| 2026-03-02 09:00 | override card gift gold until 2026-05-01 | card: none -> gold under gift                                             |
| 2026-04-21 00:00 |                                          | card: at risk of none on 2026-05-01 because spend 0.00 is not >= 300.00   |
| 2026-04-22 09:00 | purchase 220.00                          |                                                                           |
| 2026-04-23 09:00 | purchase 80.00                           | card: safe                                                                |

story: Of a frozen tier no loss is told that comes before the end of that
| when             | what                                  | then                                      |
| 2026-01-10 12:00 | purchase 120.00                       | card: none -> silver                      |
| 2026-02-01 09:00 | override card freeze until 2026-06-01 |                                           |
| 2026-04-20       |                                       |                                           |
| 2026-05-02 00:00 |                                       | card: at risk of none on 2026-06-01 00:00 |
| 2026-05-25 00:00 |                                       | card: at risk of none on 2026-06-01 00:00 |
| 2026-06-01       |                                       | card: silver -> none after freeze         |

story: A rule with a name stands for its comparisons, on one ladder as on another
only: card, status
| when             | what             | then                                                                                            |
| 2026-01-10 12:00 | purchase 1000.00 | card: none -> gold because spend 1000.00 is >= 300.00 and spend_this_year 1000.00 is >= 1000.00 |
|                  |                  | status: guest -> star because spend_this_year 1000.00 is >= 1000.00                             |

story: Who settles into a higher tier before the loss comes is safe
only: club
| when             | what            | then                                                        |
| 2026-01-10 12:00 | purchase 120.00 | club: guest -> silver, club: at risk of guest on 2026-04-10 |
| 2026-03-15 12:00 | visit           |                                                             |
| +1h              | visit           | club: safe                                                  |
| 2026-03-20 13:00 |                 | club: silver -> gold, club: at risk of guest on 2026-06-13  |
| 2026-04-11       |                 | club is gold                                                |
