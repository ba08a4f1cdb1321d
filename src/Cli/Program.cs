return await AtpKeyserver.Cli.CommandLine.RunAsync(args);
