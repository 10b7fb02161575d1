"""What happens when: scenario files, and recorded traces played back."""
