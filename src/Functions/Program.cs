// Replaced in the next steps.
return;
