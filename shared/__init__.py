"""What more than one service needs: the words, the platforms, the store, and the few doors to AWS."""
