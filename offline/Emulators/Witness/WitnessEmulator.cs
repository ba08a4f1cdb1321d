using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Tlog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Witness;

/// <summary>
/// A witness on loopback: cosigns checkpoints that continue those it has cosigned.
/// <see href="https://c2sp.org/tlog-witness"/>
/// </summary>
public sealed class WitnessEmulator : IAsyncDisposable
{
    private const string KeyFile = "witness.key";

    private readonly TimeProvider _time;
    private readonly PrivateFolder? _data;
    private readonly Cosigner _cosigner;
    private readonly Dictionary<string, WitnessedLog> _logs;
    private LoopbackServer? _server;

    private WitnessEmulator(WitnessEmulatorOptions options, PrivateFolder? data)
    {
        _time = options.TimeProvider ?? TimeProvider.System;
        _data = data;
        _cosigner = new Cosigner(options.Name, OpenSeed(data));
        _logs = options.Logs.ToDictionary(key => key.Name, Open, StringComparer.Ordinal);
    }

    /// <summary><c>http://localhost:{port}/</c>: the submission prefix.</summary>
    public Uri Origin { get; private set; } = null!;

    /// <summary>The key of its cosignatures.</summary>
    public VerifierKey Key => _cosigner.VerifierKey;

    /// <summary>Answers all requests with 503 while it is true.</summary>
    public bool IsDown { get; set; }

    /// <summary>Starts a witness and returns when it is ready.</summary>
    /// <exception cref="IOException">The port is in use, or another process uses the data folder.</exception>
    public static async Task<WitnessEmulator> StartAsync(
        WitnessEmulatorOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var data = options.DataFolder is null ? null : PrivateFolder.Open(options.DataFolder, "witness");
        var emulator = new WitnessEmulator(options, data);
        try
        {
            emulator._server = await LoopbackServer.StartAsync(options.Port, null, emulator.Map, cancellation);
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _cosigner.Dispose();
        _data?.Dispose();
    }

    private static byte[] OpenSeed(PrivateFolder? data)
    {
        if (data?.Read(KeyFile) is { } stored)
            return stored;
        var seed = RandomNumberGenerator.GetBytes(NoteSigner.SeedSize);
        data?.Write(KeyFile, seed);
        return seed;
    }

    private WitnessedLog Open(VerifierKey key)
    {
        var file = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.Name))) + ".checkpoint";
        var stored = _data?.Read(file);
        Checkpoint? last = null;
        if (stored is not null && !Checkpoint.TryParse(stored, out last))
            throw new InvalidDataException($"{file} is no checkpoint.");
        return new WitnessedLog(key, last, checkpoint => _data?.Write(file, checkpoint.Format()));
    }

    private void Map(WebApplication application, int port)
    {
        Origin = new Uri($"http://localhost:{port}/");
        application.MapPost("/add-checkpoint", (RequestDelegate)AddAsync);
    }

    private async Task AddAsync(HttpContext context)
    {
        var body = new byte[AddCheckpointRequest.MaxSize + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(
            body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (IsDown || !AddCheckpointRequest.TryParse(body.AsSpan(0, length), out var request))
        {
            context.Response.StatusCode = IsDown ? 503 : 400;
            return;
        }

        var log = _logs.GetValueOrDefault(request.Checkpoint.Origin);
        context.Response.StatusCode = log?.Add(request) ?? 404;
        if (context.Response.StatusCode == 409)
        {
            context.Response.ContentType = "text/x.tlog.size";
            await context.Response.WriteAsync(
                log!.Size.ToString(CultureInfo.InvariantCulture) + "\n", context.RequestAborted);
        }
        else if (context.Response.StatusCode == 200)
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            var time = _time.GetUtcNow().ToUnixTimeSeconds();
            await context.Response.WriteAsync(
                _cosigner.Cosign(request.Note.Text.Span, time).ToString(), context.RequestAborted);
        }
    }
}
