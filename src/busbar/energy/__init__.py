"""What charging profiles come to: who may take how much, when. Pure; time is an argument."""
