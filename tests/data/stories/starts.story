# What begins with the starts of a ladder.
policy: starts.toml

story: What a tier was paid with is settled, and what came later is not
| when             | what                     | then                                                   |
| 2026-01-10 12:00 | purchase 130.00 order o1 | club: guest -> friend, spent is 30.00, orders is 1     |
| 2026-01-11 12:00 | refund 50.00 order o1    | spent is 30.00                                         |
| 2026-01-12 12:00 | purchase 90.00 order o2  | spent is 120.00                                        |
| 2026-01-13 12:00 | refund 20.00 order o2    | spent is 100.00, orders is 2                           |
| 2026-02-11 12:00 |                          | club is friend, spent is 0.00, orders is 0             |
| 2026-03-04       |                          | club: at risk of guest on 2026-03-11                   |
| 2026-03-11       |                          | club: friend -> guest by clock waited term, spent is 0.00 |

story: A tier that requires another is paid for after it
| when             | what            | then                                                            |
| 2026-01-10 12:00 | purchase 10.00  |                                                                 |
| 2026-01-11 12:00 | purchase 10.00  |                                                                 |
| 2026-01-12 12:00 | purchase 500.00 | club: guest -> friend because spent 520.00 is >= 100.00, pace: calm -> busy |
|                  |                 | club: friend -> patron because spent 420.00 is >= 200.00 and orders 3, spent is 220.00, orders is 3 |

story: Not enough is left for the second of two
| when             | what            | then                                                   |
| 2026-01-10 12:00 | purchase 10.00  |                                                        |
| 2026-01-11 12:00 | purchase 10.00  |                                                        |
| 2026-01-12 12:00 | purchase 279.99 | club: guest -> friend, pace: calm -> busy, spent is 199.99 |
| 2026-01-13 12:00 | purchase 0.01   | club: friend -> patron, spent is 0.00                  |

story: An order heard of late counts if it was bought after the start
| when             | what                                      | then                                |
| 2026-01-10 12:00 | purchase 100.00                           | club: guest -> friend, spent is 0.00 |
| 2026-01-10 13:00 | purchase 40.00 dated 2026-01-10 11:00     | spent is 0.00                       |
| 2026-01-10 14:00 | purchase 40.00 dated 2026-01-10 13:30     | spent is 40.00, pace: calm -> busy as of 2026-01-10 13:30 |

story: Where a term restarts, it is renewed by what keeps the customer again
# 50.00 of what was kept on the 20th are taken off at once.
| when             | what                     | then                                                       |
| 2026-01-10 12:00 | purchase 10.00           |                                                            |
| 2026-01-10 12:01 | purchase 10.00           |                                                            |
| 2026-01-10 12:02 | purchase 280.00          | club: guest -> friend, club: friend -> patron, pace: calm -> busy, spent is 0.00 |
| 2026-01-20 12:00 | purchase 60.00           | spent is 10.00, pace: busy -> calm, orders is 0            |
| 2026-02-20 12:00 |                          | club is patron                                             |
| 2026-02-21       |                          | club: patron -> guest                                      |

story: A tier that is lent starts nothing, and the ladder below it goes on
| when             | what                                 | then                                                     |
| 2026-01-10 12:00 | purchase 60.00                       | spent is 60.00                                           |
| 2026-01-11 12:00 | override club gift friend until +10d | club: guest -> friend by command under gift, spent is 60.00 |
| 2026-01-12 12:00 | purchase 50.00                       | spent is 10.00                                           |
| 2026-01-25 12:00 |                                      | club is friend                                           |

story: What two have counted is added up when they are merged, and settled
| when             | who | what                     | then                                  |
| 2026-01-10 12:00 | ann | purchase 160.00 order a1 | club: guest -> friend, spent is 60.00 |
|                  | bob | purchase 70.00 order b1  | spent is 70.00                        |
| 2026-01-12 12:00 | ann | merge into bob           | club: guest -> friend by command      |
|                  | bob |                          | spent is 130.00                       |
| 2026-01-13 12:00 | bob | refund 70.00 order b1    | spent is 130.00                       |
| 2026-01-14 12:00 | bob | purchase 20.00           | spent is 150.00, orders is 3, pace: calm -> busy |
