using System.Diagnostics;
using AtpKeyserver.DevStack.Walkthroughs;

namespace AtpKeyserver.DevStack;

/// <summary>Runs the stack in a terminal: start, walkthrough, serve, stop.</summary>
internal sealed class Session(CommandLine line, StackTerminal terminal)
{
    private const int KeptLogLines = 200;

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>Returns the exit status.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        await using var stack = await Stack.StartAsync(
            new StackOptions
            {
                DataFolder = line.Memory ? null : line.Data,
                Fresh = line.Fresh,
                AppPort = line.Port,
                Did = line.Did,
                PlcDirectory = line.Plc,
                Environment = AppEnvironment.Inherited(),
                LogLines = KeptLogLines,
                Progress = terminal,
            },
            stop);
        await using var playground = line.Playground ? await StartPlaygroundAsync(stack, stop) : null;
        terminal.Line(terminal.Dim($"  Started in {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s."));

        var result = line.Serve ? null : await PlayAsync(stack, stop);
        var status = 0;
        if (!line.Once)
            status = await ServeAsync(stack, result, playground, stop);
        if (await stack.StopAsync() && stack.KeptKeys is { } file)
            result?.Kept.Save(file);
        return status;
    }

    private async Task<WalkthroughResult> PlayAsync(Stack stack, CancellationToken stop)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            var lastRun = KeptKeys.Load(stack.KeptKeys);
            var result = await Walkthrough.PlayAsync(stack.App, stack.Atproto.Origin, terminal, lastRun, stop);
            terminal.Line();
            terminal.Line(terminal.Green(
                $"All {result.Steps} steps succeeded in {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s."));
            return result;
        }
        catch (StepFailedException)
        {
            terminal.Line(terminal.Dim("  The app's last output:"));
            foreach (var logged in stack.Log.Lines.TakeLast(20))
                terminal.Line(terminal.Dim($"  {logged}"));
            throw;
        }
    }

    private async Task<PlaygroundProcess> StartPlaygroundAsync(Stack stack, CancellationToken stop)
    {
        const string title = "playground (Vite)";
        terminal.Report(new StackStage(title));
        var since = Stopwatch.GetTimestamp();
        var playground = await PlaygroundProcess.StartAsync(stack, stop);
        terminal.Report(new StackStage(title, Stopwatch.GetElapsedTime(since), playground.Address.ToString()));
        return playground;
    }

    private async Task<int> ServeAsync(
        Stack stack, WalkthroughResult? result, PlaygroundProcess? playground, CancellationToken stop)
    {
        terminal.Line();
        if (result is not null)
            PrintExamples(stack, result);
        if (playground is not null)
            terminal.Line($"Open {terminal.Bold(playground.Address.ToString())} in a browser.");
        terminal.Line($"{terminal.Bold(stack.App.ToString())} is running until Ctrl-C. The app's log follows.");
        stack.Log.Written += logged => terminal.Line(terminal.Dim(logged));
        try
        {
            var failure = stack.WaitForFailureAsync(stop);
            var first = playground is null
                ? failure
                : await Task.WhenAny(failure, playground.WaitForFailureAsync(stop));
            throw new StackException(await first);
        }
        catch (OperationCanceledException)
        {
            terminal.Line(terminal.Dim("Stopping …"));
            return 0;
        }
    }

    private void PrintExamples(Stack stack, WalkthroughResult result)
    {
        var group = Uri.EscapeDataString(result.Kept.GroupId);
        terminal.Line(terminal.Bold("Try this in another terminal"));
        terminal.Line();
        terminal.Line($"curl '{stack.App}xrpc/{Nsid.GetPublicKey}?did={result.Alice.Did}'");
        terminal.Line();
        terminal.Line(terminal.Dim("# As Alice, with a one-hour token from her PDS:"));
        var tokenUri = Pds.TokenUri(stack.Atproto.Origin, result.KeyserverDid, Nsid.GetGroupKey);
        terminal.Line($"token=$(curl -s '{tokenUri}'\"&exp=$(($(date +%s) + {TokenLifetime.TotalSeconds - 1}))\" "
            + $"-H 'Authorization: Bearer {result.Alice.AccessToken}' | cut -d '\"' -f 4)");
        terminal.Line(
            $"curl '{stack.App}xrpc/{Nsid.GetGroupKey}?group_id={group}' -H \"Authorization: Bearer $token\"");
        terminal.Line();
        var pds = stack.Atproto.Origin.GetLeftPart(UriPartial.Authority);
        terminal.Line(terminal.Dim(
            $"# With atpkey, as Alice. Bob is bob.test; his app password is {result.Bob.AccessToken}"));
        terminal.Line($"export ATPKEY_KEYSERVER={result.KeyserverDid} ATPKEY_PDS={pds} ATPKEY_PLC={pds}");
        terminal.Line($"export ATPKEY_ACCOUNT=alice.test ATPKEY_APP_PASSWORD={result.Alice.AccessToken}");
        terminal.Line($"dotnet run --project src/Cli -- group add {result.Kept.GroupId.Split('#')[1]} @bob.test");
        terminal.Line();
    }
}
