using System.Net.Sockets;
using System.Security.Cryptography;
using AtpKeyserver.FunctionsHost.Processes;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>A running worker: its process, channel and functions.</summary>
internal sealed class WorkerInstance : IAsyncDisposable
{
    private const string HostVersion = "4.1037.0";

    private readonly Dictionary<string, string> _functionIds = new(StringComparer.OrdinalIgnoreCase);
    private readonly ChildProcess _process;

    private WorkerInstance(ChildProcess process, WorkerChannel channel)
    {
        _process = process;
        Channel = channel;
        ProcessId = process.Process.Id;
        Exited = process.Process.WaitForExitAsync();
        Ended = Task.WhenAny(Exited, channel.Closed);
    }

    public WorkerChannel Channel { get; }

    public int ProcessId { get; }

    /// <summary>Completes when the process has ended and its output has been read.</summary>
    public Task Exited { get; }

    /// <summary>Completes when the process has ended or disconnected.</summary>
    public Task Ended { get; }

    /// <summary>The worker's HTTP address.</summary>
    public string HttpAddress { get; private set; } = "";

    public IReadOnlyList<RpcFunctionMetadata> Functions { get; private set; } = [];

    /// <summary>Starts the worker's process. It accepts calls after <see cref="LoadAsync"/>.</summary>
    /// <exception cref="HostException">The process cannot be started.</exception>
    public static async Task<WorkerInstance> StartAsync(
        LocalHostOptions options, HostSettings settings, RpcServer rpc, HostLog log)
    {
        var config = WorkerConfig.Read(options.AppFolder);
        var channel = new WorkerChannel(log, options.Clock);
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        rpc.Expect(id, channel);
        log.ClearLines();
        string[] arguments =
        [
            config.Assembly, "--functions-uri", rpc.Address.ToString(), "--functions-worker-id", id,
            "--functions-request-id", id,
            "--functions-grpc-max-message-length", "2147483647",
        ];
        var process = await ChildProcess.StartAsync(
            "The worker", config.Executable, arguments, settings.WorkerEnvironment, log.WriteOutput, options.AppFolder);
        return new WorkerInstance(process, channel);
    }

    /// <summary>Initializes the worker and loads its functions.</summary>
    /// <exception cref="HostException">The worker reported an error.</exception>
    /// <exception cref="WorkerLostException">The worker ended.</exception>
    public async Task LoadAsync(string appFolder, CancellationToken cancellation)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var loading = InitializeAsync(appFolder, abandoned.Token);
        if (await Task.WhenAny(loading, Ended) != loading)
        {
            await abandoned.CancelAsync();
            await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new WorkerLostException();
        }

        await loading;
    }

    /// <summary>Starts a call of a function.</summary>
    public Invocation Start(string function, InvocationRequest request)
    {
        request.FunctionId = _functionIds.GetValueOrDefault(function, "");
        return Channel.Start(function, request);
    }

    /// <summary>Sends SIGKILL if the process is running.</summary>
    public void Kill() => _process.Signal(PosixSignalNumber.Kill);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Channel.Close();
    }

    private async Task InitializeAsync(string appFolder, CancellationToken cancellation)
    {
        await Channel.Connected.WaitAsync(cancellation);
        var started = await Channel.AskAsync(
            new StreamingMessage
            {
                WorkerInitRequest = new WorkerInitRequest
                {
                    HostVersion = HostVersion,
                    WorkerDirectory = appFolder,
                    FunctionAppDirectory = appFolder,
                },
            },
            StreamingMessage.ContentOneofCase.WorkerInitResponse, "", cancellation);
        Check(started.WorkerInitResponse.Result, "The worker refused to start");
        HttpAddress = started.WorkerInitResponse.Capabilities.TryGetValue("HttpUri", out var address)
            ? address
            : throw new HostException(
                "The worker has no HTTP endpoint. Call ConfigureFunctionsWebApplication() in its Program.");

        var listed = await Channel.AskAsync(
            new StreamingMessage
            {
                FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = appFolder },
            },
            StreamingMessage.ContentOneofCase.FunctionMetadataResponse, "", cancellation);
        Check(listed.FunctionMetadataResponse.Result, "The worker did not list its functions");
        Functions = listed.FunctionMetadataResponse.FunctionMetadataResults;
        await Task.WhenAll(Functions.Select(function => LoadAsync(function, cancellation)));
        await WaitForHttpAsync(new Uri(HttpAddress), cancellation);
    }

    // The worker is ready over gRPC before it listens for HTTP.
    private static async Task WaitForHttpAsync(Uri address, CancellationToken cancellation)
    {
        for (; ; await Task.Delay(10, cancellation))
        {
            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync(address.Host, address.Port, cancellation);
                return;
            }
            catch (SocketException)
            {
                // Not listening yet.
            }
        }
    }

    private static void Check(StatusResult result, string refusal)
    {
        if (result.Status != StatusResult.Types.Status.Success)
            throw new HostException($"{refusal}: {result.Exception?.Message ?? result.Status.ToString()}");
    }

    private async Task LoadAsync(RpcFunctionMetadata function, CancellationToken cancellation)
    {
        var loaded = await Channel.AskAsync(
            new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function },
            },
            StreamingMessage.ContentOneofCase.FunctionLoadResponse, function.FunctionId, cancellation);
        Check(loaded.FunctionLoadResponse.Result, $"The worker could not load the function {function.Name}");
        lock (_functionIds)
            _functionIds[function.Name] = function.FunctionId;
    }
}
