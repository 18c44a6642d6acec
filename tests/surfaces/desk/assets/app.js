document.title = "Desk is open";
