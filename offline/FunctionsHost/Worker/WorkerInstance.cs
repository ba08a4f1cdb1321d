using System.Net.Sockets;
using System.Security.Cryptography;
using AtpKeyserver.FunctionsHost.Processes;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>One run of the worker: its process, the channel to it, and its functions.</summary>
internal sealed class WorkerInstance : IAsyncDisposable
{
    private const string HostVersion = "4.1037.0";

    private readonly Dictionary<string, string> _functionIds = new(StringComparer.OrdinalIgnoreCase);
    private readonly ChildProcess _process;

    private WorkerInstance(ChildProcess process, WorkerChannel channel)
    {
        _process = process;
        Channel = channel;
    }

    public WorkerChannel Channel { get; }

    public int ProcessId => _process.Process.Id;

    /// <summary>Where the worker takes HTTP requests.</summary>
    public string HttpAddress { get; private set; } = "";

    public IReadOnlyList<RpcFunctionMetadata> Functions { get; private set; } = [];

    /// <summary>Starts the worker's process. It takes calls after <see cref="LoadAsync"/>.</summary>
    /// <exception cref="HostException">The process cannot be started.</exception>
    public static async Task<WorkerInstance> StartAsync(
        LocalHostOptions options, HostSettings settings, RpcServer rpc, HostLog log)
    {
        var config = WorkerConfig.Read(options.AppFolder);
        var channel = new WorkerChannel(log, options.Clock);
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        rpc.Expect(id, channel);
        string[] arguments =
        [
            config.Assembly, "--functions-uri", rpc.Address.ToString(), "--functions-worker-id", id, "--functions-request-id", id,
            "--functions-grpc-max-message-length", "2147483647",
        ];
        var process = await ChildProcess.StartAsync(
            "The worker", config.Executable, arguments, settings.WorkerEnvironment, log.WriteOutput, options.AppFolder);
        return new WorkerInstance(process, channel);
    }

    /// <summary>Introduces the host, asks for the functions and loads them.</summary>
    /// <exception cref="HostException">The worker refuses.</exception>
    /// <exception cref="WorkerLostException">The worker ended.</exception>
    public async Task LoadAsync(string appFolder, CancellationToken cancellation)
    {
        await Task.WhenAny(Channel.Connected, WaitForExitAsync(cancellation)).WaitAsync(cancellation);
        if (!Channel.Connected.IsCompleted)
            throw new WorkerLostException();

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
            : throw new HostException("The worker has no HTTP endpoint: its Program calls no ConfigureFunctionsWebApplication().");

        var listed = await Channel.AskAsync(
            new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = appFolder } },
            StreamingMessage.ContentOneofCase.FunctionMetadataResponse, "", cancellation);
        Check(listed.FunctionMetadataResponse.Result, "The worker did not list its functions");
        Functions = listed.FunctionMetadataResponse.FunctionMetadataResults;
        await Task.WhenAll(Functions.Select(function => LoadAsync(function, cancellation)));
        await WaitForHttpAsync(new Uri(HttpAddress), cancellation);
    }

    /// <summary>Starts a call of a function.</summary>
    public Invocation Start(string function, InvocationRequest request)
    {
        request.FunctionId = _functionIds.GetValueOrDefault(function, "");
        return Channel.Start(function, request);
    }

    public Task WaitForExitAsync(CancellationToken cancellation = default) => _process.Process.WaitForExitAsync(cancellation);

    /// <summary>Waits a moment for a process that is about to end, and for what it still writes.</summary>
    public Task SettleAsync() => Task.WhenAny(WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(2)));

    /// <summary>SIGKILL. Does nothing when the process has ended.</summary>
    public void Kill() => _process.Signal(PosixSignalNumber.Kill);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Channel.Close();
    }

    // The worker answers over gRPC before it listens for HTTP.
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
                // Not yet.
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
