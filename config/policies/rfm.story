# Recency, frequency, monetary value: scores and names.
policy: rfm.toml

story: One purchase, and what becomes of it
only: recency, rfm
| when             | what           | then                                                    |
| 2026-01-10 12:00 | purchase 60.00 | recency: r1 -> r5, rfm: prospect -> new                 |
| 2026-02-10       |                | recency: r5 -> r4, rfm: new -> promising                |
| 2026-03-12       |                | recency: r4 -> r3, rfm: promising -> about_to_sleep     |
| 2026-04-11       |                | recency: r3 -> r2, rfm: about_to_sleep -> hibernating   |
| 2026-07-10       |                | recency: r2 -> r1                                       |

story: A champion who stays away
# Ten orders in ten days. Frequency falls when the year is over, order by order.
only: rfm
start: 2026-01-01
| when            | what           | then                                     |
| day 1 12:00     | purchase 30.00 | rfm: prospect -> new                     |
| day 2 12:00     | purchase 30.00 | rfm: new -> potential_loyalist           |
| day 3 12:00     | purchase 30.00 |                                          |
| day 4 12:00     | purchase 30.00 |                                          |
| day 5 12:00     | purchase 30.00 | rfm: potential_loyalist -> champion      |
| day 6 12:00     | purchase 30.00 |                                          |
| day 7 12:00     | purchase 30.00 |                                          |
| day 8 12:00     | purchase 30.00 |                                          |
| day 9 12:00     | purchase 30.00 |                                          |
| day 10 12:00    | purchase 30.00 |                                          |
| 2026-02-10      |                | rfm: champion -> loyal                   |
| 2026-04-11      |                | rfm: loyal -> cannot_lose                |
| 2027-01-01      |                | rfm: cannot_lose -> at_risk              |
| 2027-01-08      |                | rfm: at_risk -> hibernating              |

story: Up and down over all bands of frequency and money
# In the second year the orders leave one a day; on 6 January the largest of them.
only: frequency, monetary
start: 2026-01-01
| when         | what            | then                                     |
| day 1 12:00  | purchase 49.99  |                                          |
| day 2 12:00  | purchase 0.01   | frequency: f1 -> f2, monetary: m1 -> m2  |
| day 3 12:00  | purchase 100.00 | frequency: f2 -> f3, monetary: m2 -> m3  |
| day 4 12:00  | purchase 249.99 |                                          |
| day 5 12:00  | purchase 0.01   | frequency: f3 -> f4, monetary: m3 -> m4  |
| day 6 12:00  | purchase 599.99 |                                          |
| day 7 12:00  | purchase 0.00   |                                          |
| day 8 12:00  | purchase 0.00   |                                          |
| day 9 12:00  | purchase 0.00   |                                          |
| day 10 12:00 | purchase 0.01   | frequency: f4 -> f5, monetary: m4 -> m5  |
| day 366      |                 | frequency: f5 -> f4, monetary: m5 -> m4  |
| day 371      |                 | frequency: f4 -> f3, monetary: m4 -> m1  |
| day 373      |                 | frequency: f3 -> f2                      |
| day 374      |                 | frequency: f2 -> f1                      |

story: The order that made a champion is refunded
only: rfm
| when             | what                      | then                                |
| 2026-01-01 12:00 | purchase 500.00           | rfm: prospect -> new                |
| 2026-01-02 12:00 | purchase 500.00           | rfm: new -> potential_loyalist      |
| 2026-01-03 12:00 | purchase 500.00           |                                     |
| 2026-01-04 12:00 | purchase 500.00           |                                     |
| 2026-01-05 12:00 | purchase 500.00 order o5  | rfm: potential_loyalist -> champion |
| 2026-01-06 12:00 | refund 499.99 order o5    |                                     |
|                  | refund 0.01 order o5      | rfm: champion -> potential_loyalist |

story: Who sends back the only order is a prospect again
only: rfm
| when             | what                    | then                 |
| 2026-01-01 12:00 | purchase 50.00 order o1 | rfm: prospect -> new |
| 2026-01-06 12:00 | refund 50.00 order o1   | rfm: new -> prospect |

story: A purchase at the midnight at which the month is over keeps the best score
only: recency
| when             | what           | then              |
| 2026-01-10 12:00 | purchase 60.00 | recency: r1 -> r5 |
| 2026-02-10 00:00 | purchase 60.00 |                   |
| 2026-03-13       |                | recency: r5 -> r4 |

story: Away for a while, and back
only: rfm
start: 2026-01-01
| when             | what           | then                                |
| day 1 12:00      | purchase 30.00 | rfm: prospect -> new                |
| day 2 12:00      | purchase 30.00 | rfm: new -> potential_loyalist      |
| day 3 12:00      | purchase 30.00 |                                     |
| 2026-03-05       |                | rfm: potential_loyalist -> need_attention |
| 2026-03-20 12:00 | purchase 30.00 | rfm: need_attention -> potential_loyalist |

story: All 25 cells of the grid have their name
# Each customer is called by the scores that the last row asks for. All bands are taken at their
# last day. The purchases are of nothing, so that `monetary` never moves.
only: monetary
| when             | who  | what          | then                                                       |
| 2026-06-03 12:00 | r1f1 | purchase 0.00 |                                                            |
|                  | r1f2 | purchase 0.00 |                                                            |
|                  | r1f2 | purchase 0.00 |                                                            |
|                  | r1f3 | purchase 0.00 |                                                            |
|                  | r1f3 | purchase 0.00 |                                                            |
|                  | r1f3 | purchase 0.00 |                                                            |
|                  | r1f4 | purchase 0.00 |                                                            |
|                  | r1f4 | purchase 0.00 |                                                            |
|                  | r1f4 | purchase 0.00 |                                                            |
|                  | r1f4 | purchase 0.00 |                                                            |
|                  | r1f4 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
|                  | r1f5 | purchase 0.00 |                                                            |
| 2026-06-04 12:00 | r2f1 | purchase 0.00 |                                                            |
|                  | r2f2 | purchase 0.00 |                                                            |
|                  | r2f2 | purchase 0.00 |                                                            |
|                  | r2f3 | purchase 0.00 |                                                            |
|                  | r2f3 | purchase 0.00 |                                                            |
|                  | r2f3 | purchase 0.00 |                                                            |
|                  | r2f4 | purchase 0.00 |                                                            |
|                  | r2f4 | purchase 0.00 |                                                            |
|                  | r2f4 | purchase 0.00 |                                                            |
|                  | r2f4 | purchase 0.00 |                                                            |
|                  | r2f4 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
|                  | r2f5 | purchase 0.00 |                                                            |
| 2026-09-02 12:00 | r3f1 | purchase 0.00 |                                                            |
|                  | r3f2 | purchase 0.00 |                                                            |
|                  | r3f2 | purchase 0.00 |                                                            |
|                  | r3f3 | purchase 0.00 |                                                            |
|                  | r3f3 | purchase 0.00 |                                                            |
|                  | r3f3 | purchase 0.00 |                                                            |
|                  | r3f4 | purchase 0.00 |                                                            |
|                  | r3f4 | purchase 0.00 |                                                            |
|                  | r3f4 | purchase 0.00 |                                                            |
|                  | r3f4 | purchase 0.00 |                                                            |
|                  | r3f4 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
|                  | r3f5 | purchase 0.00 |                                                            |
| 2026-10-02 12:00 | r4f1 | purchase 0.00 |                                                            |
|                  | r4f2 | purchase 0.00 |                                                            |
|                  | r4f2 | purchase 0.00 |                                                            |
|                  | r4f3 | purchase 0.00 |                                                            |
|                  | r4f3 | purchase 0.00 |                                                            |
|                  | r4f3 | purchase 0.00 |                                                            |
|                  | r4f4 | purchase 0.00 |                                                            |
|                  | r4f4 | purchase 0.00 |                                                            |
|                  | r4f4 | purchase 0.00 |                                                            |
|                  | r4f4 | purchase 0.00 |                                                            |
|                  | r4f4 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
|                  | r4f5 | purchase 0.00 |                                                            |
| 2026-11-01 12:00 | r5f1 | purchase 0.00 |                                                            |
|                  | r5f2 | purchase 0.00 |                                                            |
|                  | r5f2 | purchase 0.00 |                                                            |
|                  | r5f3 | purchase 0.00 |                                                            |
|                  | r5f3 | purchase 0.00 |                                                            |
|                  | r5f3 | purchase 0.00 |                                                            |
|                  | r5f4 | purchase 0.00 |                                                            |
|                  | r5f4 | purchase 0.00 |                                                            |
|                  | r5f4 | purchase 0.00 |                                                            |
|                  | r5f4 | purchase 0.00 |                                                            |
|                  | r5f4 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
|                  | r5f5 | purchase 0.00 |                                                            |
| 2026-12-01       | r5f1 |               | recency is r5, frequency is f1, rfm is new                 |
|                  | r5f2 |               | recency is r5, frequency is f2, rfm is potential_loyalist  |
|                  | r5f3 |               | recency is r5, frequency is f3, rfm is potential_loyalist  |
|                  | r5f4 |               | recency is r5, frequency is f4, rfm is champion            |
|                  | r5f5 |               | recency is r5, frequency is f5, rfm is champion            |
|                  | r4f1 |               | recency is r4, frequency is f1, rfm is promising           |
|                  | r4f2 |               | recency is r4, frequency is f2, rfm is potential_loyalist  |
|                  | r4f3 |               | recency is r4, frequency is f3, rfm is potential_loyalist  |
|                  | r4f4 |               | recency is r4, frequency is f4, rfm is loyal               |
|                  | r4f5 |               | recency is r4, frequency is f5, rfm is loyal               |
|                  | r3f1 |               | recency is r3, frequency is f1, rfm is about_to_sleep      |
|                  | r3f2 |               | recency is r3, frequency is f2, rfm is about_to_sleep      |
|                  | r3f3 |               | recency is r3, frequency is f3, rfm is need_attention      |
|                  | r3f4 |               | recency is r3, frequency is f4, rfm is loyal               |
|                  | r3f5 |               | recency is r3, frequency is f5, rfm is loyal               |
|                  | r2f1 |               | recency is r2, frequency is f1, rfm is hibernating         |
|                  | r2f2 |               | recency is r2, frequency is f2, rfm is hibernating         |
|                  | r2f3 |               | recency is r2, frequency is f3, rfm is at_risk             |
|                  | r2f4 |               | recency is r2, frequency is f4, rfm is at_risk             |
|                  | r2f5 |               | recency is r2, frequency is f5, rfm is cannot_lose         |
|                  | r1f1 |               | recency is r1, frequency is f1, rfm is hibernating         |
|                  | r1f2 |               | recency is r1, frequency is f2, rfm is hibernating         |
|                  | r1f3 |               | recency is r1, frequency is f3, rfm is at_risk             |
|                  | r1f4 |               | recency is r1, frequency is f4, rfm is at_risk             |
|                  | r1f5 |               | recency is r1, frequency is f5, rfm is cannot_lose         |
