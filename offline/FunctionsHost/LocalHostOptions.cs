namespace AtpKeyserver.FunctionsHost;

/// <summary>Options of a host.</summary>
public sealed record LocalHostOptions
{
    /// <summary>The publish folder of a function app.</summary>
    public required string AppFolder { get; init; }

    /// <summary>Where to listen, such as <c>http://127.0.0.1:7071</c>; port 0 chooses a free one.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:7071"];

    /// <summary>Changes to this process's environment for the host and its worker. Null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Receives each line of the host and the worker, on the reading thread.</summary>
    public Action<string> WriteLine { get; init; } = Console.WriteLine;

    /// <summary>The limit for starting the worker and loading its functions.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The limit for requests and the worker to end after <see cref="LocalHost.StopAsync"/>.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of the schedules.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
