using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AtpKeyserver.FunctionsHost.Processes;

/// <summary>
/// A process that ends with this one. <c>setpriv --pdeathsig</c> makes the kernel kill it when the forking thread ends,
/// so one permanent thread starts all children. Its own session (<c>setsid</c>) shields it from the terminal's Ctrl-C,
/// so that the parent controls the order of shutdown.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly BlockingCollection<Action> Launches = StartLauncher();

    private readonly ConcurrentQueue<string> _lastLines = new();
    private bool _isDisposed;

    private ChildProcess(string name, Process process)
    {
        Name = name;
        Process = process;
    }

    public string Name { get; }

    public Process Process { get; }

    /// <summary>The last lines the process wrote, for an error message.</summary>
    public string LastOutput => string.Join(Environment.NewLine, _lastLines);

    /// <summary>Starts a program.</summary>
    /// <param name="name">The name in messages.</param>
    /// <param name="program">A path, or a name on the PATH.</param>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="environment">Changes to this process's environment. Null removes a variable.</param>
    /// <param name="onLine">Receives each line of the output and error streams.</param>
    /// <param name="folder">The working folder; null: that of this process.</param>
    /// <exception cref="HostException">The program cannot be started.</exception>
    public static async Task<ChildProcess> StartAsync(
        string name,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        Action<string>? onLine = null,
        string? folder = null)
    {
        var start = new ProcessStartInfo("setpriv")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var argument in (string[])["--pdeathsig", "KILL", "setsid", program, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[key] = value;

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Launches.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(new HostException($"Cannot start {name}: {e.Message}", e));
            }
        });
        var child = new ChildProcess(name, await started.Task);
        child.Listen(onLine);
        return child;
    }

    /// <summary>Sends SIGKILL and waits for the end of the process.</summary>
    public async Task KillAsync()
    {
        if (!Process.HasExited)
            Process.Kill(entireProcessTree: true);
        await Process.WaitForExitAsync();
    }

    /// <summary>Sends a signal, and kills the process if it does not end in time.</summary>
    /// <returns>Whether it ended without being killed.</returns>
    public async Task<bool> StopAsync(PosixSignalNumber signal, TimeSpan limit)
    {
        if (Process.HasExited)
            return false;
        Signal(signal);
        using var tooLong = new CancellationTokenSource(limit);
        try
        {
            await Process.WaitForExitAsync(tooLong.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <summary>Sends a signal if the process is running.</summary>
    public void Signal(PosixSignalNumber signal)
    {
        lock (_lastLines)
        {
            if (!_isDisposed && !Process.HasExited)
                _ = Kill(Process.Id, (int)signal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        await KillAsync();
        lock (_lastLines)
        {
            _isDisposed = true;
            Process.Dispose();
        }
    }

    private void Listen(Action<string>? onLine)
    {
        void Receive(object _, DataReceivedEventArgs e)
        {
            if (e.Data is null)
                return;
            _lastLines.Enqueue(e.Data);
            while (_lastLines.Count > 20)
                _lastLines.TryDequeue(out string? _);
            onLine?.Invoke(e.Data);
        }

        Process.OutputDataReceived += Receive;
        Process.ErrorDataReceived += Receive;
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static BlockingCollection<Action> StartLauncher()
    {
        var launches = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var launch in launches.GetConsumingEnumerable())
                launch();
        })
        { IsBackground = true, Name = "child launcher" }.Start();
        return launches;
    }
}
