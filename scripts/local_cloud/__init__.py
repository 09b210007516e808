"""The local cloud: ministack, the stack deployed to it, its users and its sample building."""
