from gsmmodem.modem import GsmModem as GsmModem
