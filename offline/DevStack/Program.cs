// Replaced in the next steps.
await using var azurite = await AtpKeyserver.DevStack.AzuriteProcess.StartAsync();
Console.WriteLine(azurite.ConnectionString);
