namespace AtpKeyserver.FunctionsHost;

/// <summary>What a host runs, and how.</summary>
public sealed record LocalHostOptions
{
    /// <summary>The publish folder of a function app.</summary>
    public required string AppFolder { get; init; }

    /// <summary>Where to listen, such as <c>http://127.0.0.1:7071</c>; port 0 takes a free one.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:7071"];

    /// <summary>
    /// What differs from this process's environment, for the host and its worker. A null removes a variable.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Receives each line that the host or the worker writes, on the thread that reads it.</summary>
    public Action<string> WriteLine { get; init; } = Console.WriteLine;

    /// <summary>From the start of the worker's process until all its functions are loaded.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests and the worker may take to end after <see cref="LocalHost.StopAsync"/>.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of the schedules.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
