"""The survey centre: visits in, invitations out, replies understood, ratings handed on."""
