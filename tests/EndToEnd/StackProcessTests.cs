using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.EndToEnd;

public sealed class StackProcessTests
{
    private static readonly string Configuration =
        typeof(StackProcessTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    [Fact]
    public async Task Leaves_no_process_behind_when_it_is_killed()
    {
        using var stack = Start("--serve", "--memory", "--port", Number(LoopbackPort.Choose()));
        await UntilAsync(stack, "is running until");
        var children = Children(stack.Id);
        Assert.Equal(2, children.Count); // Azurite and the app.

        stack.Kill();
        await stack.WaitForExitAsync();
        await Eventually.TrueAsync(() => !children.Any(Runs));
    }

    [Theory]
    [InlineData("--port", "http")]
    [InlineData("--port", "65536")]
    [InlineData("--plc", "ftp://plc.example.com")]
    [InlineData("--once", "--serve")]
    [InlineData("--once", "--playground")]
    [InlineData("--nothing", "")]
    public async Task Reports_invalid_options_in_one_line(string first, string second)
    {
        using var stack = Start(first, second);
        var error = await stack.StandardError.ReadToEndAsync();
        await stack.WaitForExitAsync();
        Assert.Equal(1, stack.ExitCode);
        Assert.Contains(
            first, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>The script has its own checks, because it builds the program. Both say the same.</summary>
    [Theory]
    [InlineData("--port must be a number from 1 to 65535, not 'http'.", "--port", "http")]
    [InlineData("--plc must be the URL of a directory, not 'foo'.", "--plc", "foo")]
    [InlineData("--data needs a value.", "--data", "")]
    [InlineData("--data needs a value.", "--data")]
    [InlineData(
        "--once cannot be combined with --serve, --playground or --plc, which skip the walkthrough.",
        "--once", "--serve")]
    [InlineData(
        "--once cannot be combined with --serve, --playground or --plc, which skip the walkthrough.",
        "--plc", "http://localhost:2582", "--once")]
    [InlineData(
        "--playground cannot be combined with --plc: its people have accounts at the emulated PDS.",
        "--playground", "--plc", "http://localhost:2582")]
    public async Task The_script_checks_options_before_it_builds_anything(string message, params string[] options)
    {
        Assert.Equal((1, "", message + "\n"), await RunScriptAsync(options));
        using var stack = Start(options);
        Assert.Contains(message, await stack.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await stack.WaitForExitAsync();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task The_script_checks_the_port_before_it_builds_anything(string address)
    {
        using var other = new TcpListener(IPAddress.Parse(address), 0);
        other.Start();
        var used = Number(((IPEndPoint)other.LocalEndpoint).Port);
        Assert.Equal(
            (1, "", $"Port {used} is in use. Choose another port with --port.\n"),
            await RunScriptAsync("--once", "--port", used));
    }

    private static async Task<(int Status, string Output, string Errors)> RunScriptAsync(params string[] options)
    {
        using var script = Process.Start(new ProcessStartInfo(
            "bash", [Path.Combine(AzuriteProcess.RepositoryRoot(), "run.sh"), .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (script.StandardOutput.ReadToEndAsync(), script.StandardError.ReadToEndAsync());
        await script.WaitForExitAsync();
        return (script.ExitCode, await output, await errors);
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [DevStackProgram(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    // Next to its own runtimeconfig.json; the copy among the tests has none.
    private static string DevStackProgram() => Path.Combine(
        AzuriteProcess.RepositoryRoot(), "offline/DevStack/bin", Configuration, "net10.0/AtpKeyserver.DevStack.dll");

    private static async Task UntilAsync(Process stack, string text)
    {
        while (await stack.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail(await stack.StandardError.ReadToEndAsync());
    }

    private static List<int> Children(int parent) => [..
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id != 0 && Status(id) is { } status
                && status.Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal))];

    // A zombie has ended and waits only for its parent.
    private static bool Runs(int process) =>
        Status(process) is { } status && !status.Contains("\nState:\tZ", StringComparison.Ordinal);

    private static string? Status(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/status");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
