"""The upstream double: a federal rating system made up, as a program of its own (`otklik simulate-upstream`).

It takes ratings in every dialect that goes up, tells later what became of them, fails on command, and shows the public
what was rated. It shares no code with what sends to it: its parser, its schemas, its form and its database are its own,
so that a fault of the sender cannot hide in the receiver. What the real system does is known from public programs that
send to it; where those say nothing, the double's answer is a choice and is said to be one.
"""
