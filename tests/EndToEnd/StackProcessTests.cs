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

    private const string Running = "is running until";

    [Theory]
    [InlineData("--serve", 2)] // Azurite and the app.
    [InlineData("--playground", 3)] // And Vite.
    public async Task Leaves_no_process_behind_when_it_is_killed(string option, int count)
    {
        using var stack = Start(option, "--memory", "--port", Number(LoopbackPort.Choose()));
        await UntilAsync(stack, Running);
        Assert.Equal(count, Children(stack.Id).Count);
        await KillAsync(stack);
    }

    [Theory]
    [InlineData("--tableHost", "Azurite ended unexpectedly.")]
    [InlineData("vite.js", "The playground ended unexpectedly.")]
    public async Task Ends_with_an_error_when_a_part_ends(string argument, string message)
    {
        using var stack = Start("--playground", "--memory", "--port", Number(LoopbackPort.Choose()));
        await UntilAsync(stack, Running);
        using var part = Process.GetProcessById(Assert.Single(Children(stack.Id), id => Runs(id, argument)));
        part.Kill();
        var error = await stack.StandardError.ReadToEndAsync().WaitAsync(Eventually.Patience);
        Assert.Contains(message, error, StringComparison.Ordinal);
        await stack.WaitForExitAsync();
        Assert.Equal(1, stack.ExitCode);
    }

    /// <summary>Otherwise, an open page could not continue.</summary>
    [Fact]
    public async Task Page_and_pds_have_the_same_addresses_after_a_restart_even_if_nothing_is_stored()
    {
        string[] options = ["--playground", "--memory", "--port", Number(LoopbackPort.Choose())];
        var addresses = await AddressesAsync(options);
        Assert.Equal(2, addresses.Count);
        Assert.Equal(addresses, await AddressesAsync(options));
    }

    [Fact]
    public async Task The_data_folder_keeps_the_addresses_of_page_and_pds()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-stack-");
        try
        {
            var addresses = await StartAsync(LoopbackPort.Choose());
            Assert.Equal(2, addresses.Count);
            Assert.Equal(addresses, await StartAsync(LoopbackPort.Choose()));
            // The app gets the port that it is told, even if it was the page's.
            var (pds, page) = (addresses[0], addresses[1]);
            addresses = await StartAsync(new Uri(page).Port);
            Assert.Equal(pds, addresses[0]);
            Assert.NotEqual(page, addresses[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Task<List<string>> StartAsync(int port) =>
            AddressesAsync("--playground", "--data", folder.FullName, "--port", Number(port));
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

    /// <summary>Starts and kills a stack.</summary>
    /// <returns>The addresses of its page and its PDS.</returns>
    private static async Task<List<string>> AddressesAsync(params string[] options)
    {
        using var stack = Start(options);
        var output = await UntilAsync(stack, Running);
        await KillAsync(stack);
        return [..
            output.Where(line => line.Contains("PDS", StringComparison.Ordinal)
                    || line.Contains("playground", StringComparison.Ordinal))
                .Select(line => line[line.IndexOf("http:", StringComparison.Ordinal)..])];
    }

    /// <summary>Kills the stack and waits for the end of its children.</summary>
    private static async Task KillAsync(Process stack)
    {
        var children = Children(stack.Id);
        stack.Kill();
        await stack.WaitForExitAsync();
        await Eventually.TrueAsync(() => !children.Any(Runs));
    }

    /// <returns>The lines until the text.</returns>
    private static async Task<List<string>> UntilAsync(Process stack, string text)
    {
        var lines = new List<string>();
        while (await stack.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return lines;
            lines.Add(line);
        }

        throw new InvalidOperationException(await stack.StandardError.ReadToEndAsync());
    }

    private static List<int> Children(int parent) => [..
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id != 0 && Status(id) is { } status
                && status.Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal))];

    // A zombie has ended and waits only for its parent.
    private static bool Runs(int process) =>
        Status(process) is { } status && !status.Contains("\nState:\tZ", StringComparison.Ordinal);

    private static bool Runs(int process, string argument) =>
        Read(process, "cmdline")?.Contains(argument, StringComparison.Ordinal) == true;

    private static string? Status(int process) => Read(process, "status");

    private static string? Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
