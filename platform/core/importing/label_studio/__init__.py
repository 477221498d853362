"""What Label Studio says, in Preferee's words: tasks of its JSON, its labelling configuration, its server."""
