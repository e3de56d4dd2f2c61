# A subscription, paid every month.
policy: subscription.toml

story: A subscriber whose card runs out
# Paid on 31 January and 28 February; nothing comes at the end of March.
| when             | what                       | then                                                |
| 2026-01-31 08:00 | subscription | payment: unpaid -> paid, care: prospect -> happy    |
| 2026-02-28 08:00 | renewal                    |                                                     |
| 2026-04-01       |                            | payment: paid -> overdue, care: happy -> remind     |
| 2026-04-15       |                            | payment: overdue -> unpaid because since_paid 46d   |
| 2026-04-20 08:00 | renewal                    | payment: unpaid -> paid, care: remind -> happy      |

story: A month of 31 days is no delay, the day after it is one
only: payment
| when                    | what                       | then                     |
| 2026-03-10 23:59:59.999 | subscription | payment: unpaid -> paid  |
| 2026-04-10 23:59:59.999 | renewal                    |                          |
| 2026-05-12              |                            | payment: paid -> overdue |

story: The renewal at the midnight at which the month would be over is in time
only: payment
| when             | what                       | then                    |
| 2026-03-10 12:00 | subscription | payment: unpaid -> paid |
| 2026-04-11 00:00 | renewal                    |                         |

story: Somebody gives notice, leaves, and comes back
| when             | what                        | then                                              |
| 2026-01-10 08:00 | subscription  | payment: unpaid -> paid, care: prospect -> happy  |
| 2026-01-20 08:00 | cancellation | care: happy -> leaving                            |
| 2026-02-11       |                             | payment: paid -> overdue, care: leaving -> left   |
| 2026-02-25       |                             | payment: overdue -> unpaid                        |
| 2026-06-01 08:00 | subscription  | payment: unpaid -> paid, care: left -> happy      |

story: The offer to stay is accepted
only: care
| when             | what                        | then                    |
| 2026-01-10 08:00 | subscription  | care: prospect -> happy |
| 2026-01-20 08:00 | cancellation | care: happy -> leaving  |
| 2026-01-21 08:00 | subscription  | care: leaving -> happy  |

story: Whoever gives up one of two subscriptions is not leaving
only: care
| when             | what                        | then                    |
| 2026-01-10 08:00 | subscription  | care: prospect -> happy |
| 2026-01-10 09:00 | subscription  |                         |
| 2026-01-20 08:00 | cancellation | running is 1            |

story: Two complaints in a month are a reason to call
# The first of them is 30 days old on 14 February.
only: care
| when             | what                       | then                                         |
| 2026-01-10 08:00 | subscription | care: prospect -> happy                      |
| 2026-01-15 08:00 | complaint                  |                                              |
| 2026-01-20 08:00 | complaint                  | care: happy -> unhappy                       |
| 2026-02-09 08:00 | renewal                    |                                              |
| 2026-02-14       |                            | care: unhappy -> happy because running 1     |

story: Three paid months settle, twelve make loyal, and a pause takes it for a while
# The last payment is that of 31 December: 60 days after it is 1 March.
only: tenure
| when             | what                       | then                                               |
| 2025-12-31 08:00 | subscription |                                                    |
| 2026-01-31 08:00 | renewal                    |                                                    |
| +1mo             | renewal                    |                                                    |
| 2026-03-31 08:00 | renewal                    | tenure: new -> settled                             |
| 2026-04-30 08:00 | renewal                    |                                                    |
| 2026-05-31 08:00 | renewal                    |                                                    |
| 2026-06-30 08:00 | renewal                    |                                                    |
| 2026-07-31 08:00 | renewal                    |                                                    |
| 2026-08-31 08:00 | renewal                    |                                                    |
| 2026-09-30 08:00 | renewal                    |                                                    |
| 2026-10-31 08:00 | renewal                    |                                                    |
| 2026-11-30 08:00 | renewal                    | renewals is 11                                     |
| 2026-12-31 08:00 | renewal                    | tenure: settled -> loyal                           |
| 2027-03-02       |                            | tenure: loyal -> new because since_paid 61d        |
| 2027-06-01 08:00 | renewal                    | tenure: new -> loyal                               |

story: A payment that is reported three days late still counts for its day
only: payment
| when             | what                           | then                                               |
| 2026-03-10 12:00 | subscription     | payment: unpaid -> paid                            |
| 2026-04-11       |                                | payment: paid -> overdue                           |
| 2026-04-13 11:00 | renewal dated 2026-04-10 12:00 | payment: overdue -> paid as of 2026-04-11          |

story: Tenure is reached by a payment in time, and kept for two months after the last one
# Three months at once settle. They are kept for the sixty days after that, and no more on the day
# after.
only: tenure
| when                    | who | what                               | then                                       |
| 2026-03-01 08:00        | ann | renewal                            |                                            |
| 2026-03-01 09:00        | ann | renewal                            |                                            |
| 2026-03-01 10:00        | ann | renewal                            | tenure: new -> settled                     |
| 2026-04-30 23:59:59.999 | ann |                                    | tenure is settled, since_paid is 60d       |
| 2026-05-01              | ann |                                    | tenure: settled -> new because since_paid 61d is not <= 60d |

story: A payment that is reported four days late is set aside
only: payment
| when             | what                           | then              |
| 2026-03-14 12:00 | renewal dated 2026-03-10 12:00 | refused: too_late |
