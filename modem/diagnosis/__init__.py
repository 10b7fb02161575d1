"""What is wrong with a modem, told by name: examined (`examination`), judged (`findings`), in words (`catalogue`)."""
