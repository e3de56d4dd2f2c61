polcy: ../retail.toml
only: valeu
only: behaviour
a remark without its sign

story: Mistakes in times
| when             | what | then |
|                  | view |      |
| +3d              | view |      |
| day 3            | view |      |
| 2026-01-10 09:00 | view |      |
| +3 fortnights    | view |      |
| 2026-01-09       | view |      |
| 2026-02-30       | view |      |
| 2026-03-29 01:30 | view |      |
| 2026-10-25 01:30 | view |      |
| 9500-01-01       | view |      |

story: Mistakes in events
start: 2026-01-01
| when   | what                           | then |
| day 1  | purchased 3.00                 |      |
| day 2  | purchase                       |      |
| day 3  | cancel                         |      |
| day 4  | purchase -3.00                 |      |
| day 5  | purchase 3,00                  |      |
| day 6  | purchase 3.00 amount 4.00      |      |
| day 7  | purchase 3.00 colour red       |      |
| day 8  | purchase 3.00 order            |      |
| day 9  | purchase 3.00 currency QQQ     |      |
| day 10 | purchase 3.00 quantity 1.5     |      |
| day 11 | purchase 3.00 dated yesterday  |      |

story: Mistakes in expectations
start: 2026-01-01
| when   | what | then                                           |
| day 1  | view | silver                                         |
| day 2  | view | value: low => mid                              |
| day 3  | view | valu: low -> mid, value: low -> middle         |
| day 4  | view | lifecycle is lost, spend_90 is 3.00            |
| day 5  | view | spend_90d is lots, since_seen is 12h           |
| day 6  | view | refused: late                                  |
| day 7  |      | refused: too_late, duplicate                   |
| day 8  | view | value: low -> mid by magic                     |
| day 9  | view | value: low -> mid because she is nice          |
| day 10 | view | value: low -> mid because spend_90d 3 is !! 4  |
| day 11 | view | value: low -> mid as of then                   |

story: Mistakes in tables
| when | what | than |

story: Mistakes in rows
| when       | what | then |
| 2026-01-10 | view |

story: Mistakes in rows
| when | what | what | then |

story:
| when | what | then |
| 2026-01-10 | view | |
only: value

story: Nothing

story: Nothing but a head
| when | what | then |
