# Purchases, refunds and copies under the simplest ladder of money.
policy: spending.toml

story: A threshold is met by exactly its value
| when             | what           | then               |
| 2026-01-10 12:00 | purchase 99.99 | value: none -> low |
| 2026-01-11 12:00 | purchase 0.01  | value: low -> mid  |

story: Several tiers are climbed and lost at once
| when             | what         | then                |
| 2026-01-10 12:00 | purchase 500 | value: none -> high |
| 2026-02-09       |              | value: high -> none |

story: A tier is kept by exactly what it takes to keep it
| when             | what        | then               |
| 2026-01-10 12:00 | purchase 20 | value: none -> low |
| 2026-01-20 12:00 | purchase 80 | value: low -> mid  |
| 2026-02-15 12:00 |             |                    |
| 2026-02-19       |             | value: mid -> none |

story: A tier is lost by one penny less than it takes to keep it
| when             | what           | then               |
| 2026-01-10 12:00 | purchase 20.01 | value: none -> low |
| 2026-01-20 12:00 | purchase 79.99 | value: low -> mid  |
| 2026-02-09       |                | value: mid -> low  |
| 2026-02-19       |                | value: low -> none |

story: Whoever falls lands on the highest tier that holds
| when             | what         | then               |
| 2026-01-10 12:00 | purchase 420 | value: none -> mid |
| 2026-01-20 12:00 | purchase 80  | value: mid -> high |
| 2026-02-09       |              | value: high -> mid |
| 2026-02-19       |              | value: mid -> none |

story: A day window moves at midnight
| when                    | who | what       | then               |
| 2026-01-10 23:59:59.999 | ann | purchase 5 | value: none -> low |
| 2026-01-11              | bob | purchase 5 | value: none -> low |
| 2026-02-09              | ann |            | value: low -> none |
| 2026-02-10              | bob |            | value: low -> none |

story: Days begin where the zone says when clocks change
# 29 March 2026 has 23 hours in London, 25 October has 25.
| when                    | who | what       | then               |
| 2026-03-29 23:59:59.999 | ann | purchase 5 | value: none -> low |
| 2026-03-30              | bob | purchase 5 | value: none -> low |
| 2026-04-28              | ann |            | value: low -> none |
| 2026-04-29              | bob |            | value: low -> none |
| 2026-10-25              | ann | purchase 5 | value: none -> low |
| 2026-10-25 23:59:59.999 | bob | purchase 5 | value: none -> low |
| 2026-11-24              | ann |            | value: low -> none |
|                         | bob |            | value: low -> none |

story: A refund counts at the day of its order
| when             | what                 | then               |
| 2026-01-10 12:00 | purchase 300 order a | value: none -> mid |
| 2026-01-12 12:00 | purchase 200 order b | value: mid -> high |
| 2026-01-13 12:00 | refund 200 order b   |                    |
| 2026-01-14 12:00 | refund 0.01 order a  | value: high -> mid |
| 2026-01-15 12:00 | refund 400 order a   | value: mid -> none |
| 2026-01-16 12:00 | purchase 200 order c | value: none -> low |
| 2026-02-09       |                      | value: low -> mid  |
| 2026-02-15       |                      | value: mid -> none |

story: A cancelled order has never been
| when             | what                 | then                |
| 2026-01-10 12:00 | purchase 500 order a | value: none -> high |
| 2026-01-12 12:00 | cancel order a       | value: high -> none |
| 2026-01-13 12:00 | cancel order a       |                     |
| 2026-01-14 12:00 | refund 20 order a    |                     |
| 2026-01-15 12:00 | purchase 100 order b | value: none -> mid  |
| 2026-01-16 12:00 | refund 501 order a   | value: mid -> low   |

story: Money given back on a stranger leaves today
| when             | what                 | then               |
| 2026-01-10 12:00 | purchase 150 order a | value: none -> mid |
| 2026-01-20 12:00 | refund 100 order x   | value: mid -> low  |
| 2026-01-21 12:00 | cancel order x       |                    |
| 2026-01-22 12:00 | refund 60            | value: low -> none |
| 2026-02-10 12:00 | purchase 161         | value: none -> low |
| 2026-02-19       |                      | value: low -> mid  |

story: A copy counts once
| when                    | who | what                      | then               |
| 2026-01-10 12:00        | ann | purchase 60 order a id e1 | value: none -> low |
|                         | ann | purchase 60 order a id e1 | duplicate          |
|                         | bob | purchase 60 order a id e1 | value: none -> low |
| 2026-01-17 12:00        | ann | purchase 60 order b id e1 | duplicate          |
| 2026-01-17 12:00:00.001 | ann | purchase 60 order c id e1 | value: low -> mid  |

story: A refused event has no copies
| when             | what                           | then                      |
| 2026-01-10 12:00 | purchase 60 id e1 currency USD | refused: unknown_currency |
|                  | purchase 60 id e1 currency GBP | value: none -> low        |

story: A late event counts at its own day and is judged now
| when             | what                                       | then                                      |
| 2026-01-20 12:00 | purchase 60                                | value: none -> low                        |
|                  | purchase 60 dated 2026-01-15 12:00         | value: low -> mid as of 2026-01-20 12:00  |
|                  | purchase 400 dated 2026-01-13 11:59:58.999 | refused: too_late                         |
|                  | purchase 400 dated 2026-01-13 11:59:59     | value: mid -> high as of 2026-01-20 12:00 |
| 2026-02-12       |                                            | value: high -> mid                        |
| 2026-02-14       |                                            | value: mid -> low                         |

story: Sums that would overflow are refused
| when             | what                          | then                |
| 2026-01-10 12:00 | purchase 922337203685477.5807 | value: none -> high |
|                  | purchase 0.0001               | refused: bad_amount |
|                  | refund 0.0001                 | refused: bad_amount |
|                  | purchase 0                    |                     |

story: An order that is restated has always been so
| when             | what                   | then                                |
| 2026-01-10 12:00 | purchase 120 order a   | value: none -> mid                  |
| 2026-01-12 12:00 | restate 79.99 order a  | value: mid -> low                   |
| 2026-01-13 12:00 | restate 600 order a    | value: low -> high                  |
| 2026-01-14 12:00 | refund 100 order a     |                                     |
| 2026-01-15 12:00 | restate 300 order a    | value: high -> mid, spend is 200.00 |
| 2026-01-16 12:00 | restate 100 order a    | value: mid -> none, spend is 0.00   |
| 2026-01-17 12:00 | restate 100.01 order a | value: none -> low, spend is 0.01   |
| 2026-02-09       |                        | value: low -> none                  |
| 2026-02-10 12:00 | restate 900 order a    | spend is 0.00                       |

story: What is restated of a cancelled order or of a stranger is nothing
| when             | what                 | then               |
| 2026-01-10 12:00 | purchase 120 order a | value: none -> mid |
| 2026-01-11 12:00 | cancel order a       | value: mid -> none |
| 2026-01-12 12:00 | restate 500 order a  |                    |
| 2026-01-13 12:00 | restate 500 order x  |                    |
| 2026-01-14 12:00 | purchase 50 order x  | value: none -> low |
| 2026-01-15 12:00 | refund 501 order a   |                    |
|                  |                      | spend is 49.00     |

story: A refund that comes before its purchase is one of a stranger
| when             | what                                        | then                                                      |
| 2026-01-10 12:00 | refund 50 order a                           | spend is -50.00                                           |
| 2026-01-11 12:00 | purchase 100 order a dated 2026-01-10 11:00 | value: none -> low as of 2026-01-10 12:00, spend is 50.00 |
| 2026-01-12 12:00 | refund 100 order a                          | value: low -> none, spend is -50.00                       |
| 2026-02-09       |                                             | spend is 0.00                                             |

story: One refund sent twice with two ids is taken off twice
| when             | what                    | then                                |
| 2026-01-10 12:00 | purchase 200 order a    | value: none -> mid                  |
| 2026-01-11 12:00 | refund 60 order a id r1 |                                     |
|                  | refund 60 order a id r1 | duplicate                           |
|                  | refund 60 order a id r2 | spend is 80.00                      |
|                  | refund 60 order a id r3 | value: mid -> low, spend is 20.00   |
|                  | refund 60 order a id r4 | value: low -> none, spend is -40.00 |

story: What was announced too early is corrected by what comes late
| when             | what                               | then                                              |
| 2026-01-10 12:00 | purchase 60                        | value: none -> low by event                       |
| 2026-02-08 12:00 | view                               |                                                   |
| 2026-02-09 00:00 |                                    | value: low -> none by clock                       |
| 2026-02-09 12:00 |                                    |                                                   |
|                  | purchase 60 dated 2026-02-08 11:00 | value: none -> low as of 2026-02-09 by correction |
|                  | purchase 60 dated 2026-02-08 11:30 | value: low -> mid as of 2026-02-09 by correction  |
|                  | purchase 400                       | value: mid -> high by event                       |

story: A late event that takes nothing back is no correction
| when             | what                                      | then                                                   |
| 2026-01-10 12:00 | purchase 60                               | value: none -> low by event                            |
| 2026-01-14 12:00 | view                                      |                                                        |
|                  | purchase 60 dated 2026-01-10 12:00:00.001 | value: low -> mid as of 2026-01-14 12:00 by event      |
|                  | refund 50 dated 2026-01-14 11:59          | value: mid -> low as of 2026-01-14 12:00 by correction |

story: A refund in time is news, a restatement is a correction
| when             | what                 | then                             |
| 2026-01-10 12:00 | purchase 60 order a  | value: none -> low by event      |
|                  | restate 120 order a  | value: low -> mid by event       |
| 2026-01-11 12:00 | refund 60 order a    | value: mid -> low by event       |
| 2026-01-12 12:00 | restate 160 order a  | value: low -> mid by correction  |
| 2026-01-13 12:00 | purchase 400 order b | value: mid -> high by event      |
| 2026-01-14 12:00 | restate 100 order b  | value: high -> mid by correction |
| 2026-01-15 12:00 | cancel order b       |                                  |
