using System.Globalization;

namespace AtpKeyserver.DevStack;

/// <summary>The options of <c>run.sh</c>; <c>usage.txt</c> explains them.</summary>
internal sealed record CommandLine
{
    public bool Once { get; private init; }

    public bool Serve { get; private init; }

    public bool Fresh { get; private init; }

    public bool Memory { get; private init; }

    public bool Playground { get; private init; }

    public int Port { get; private init; } = 7071;

    public string Data { get; private init; } = Path.Combine(AzuriteProcess.RepositoryRoot(), ".data");

    public string? Did { get; private init; }

    public Uri? Plc { get; private init; }

    /// <exception cref="StackException">An option is invalid.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        for (var i = 0; i < arguments.Count; i++)
        {
            line = arguments[i] switch
            {
                "--once" => line with { Once = true },
                "--serve" => line with { Serve = true },
                "--fresh" => line with { Fresh = true },
                "--memory" => line with { Memory = true },
                "--playground" => line with { Playground = true, Serve = true },
                "--port" => line with { Port = PortOf(Value()) },
                "--data" => line with { Data = Path.GetFullPath(Value()) },
                "--did" => line with { Did = Value() },
                "--plc" => line with { Plc = PlcOf(Value()), Serve = true },
                var other => throw new StackException($"Unknown option {other}. See ./run.sh --help."),
            };

            string Value() => ++i < arguments.Count && arguments[i].Length > 0
                ? arguments[i]
                : throw new StackException($"{arguments[i - 1]} needs a value.");
        }

        return line switch
        {
            { Once: true, Serve: true } => throw new StackException(
                "--once cannot be combined with --serve, --playground or --plc, which skip the walkthrough."),
            { Playground: true, Plc: not null } => throw new StackException(
                "--playground cannot be combined with --plc: its people have accounts at the emulated PDS."),
            _ => line,
        };
    }

    private static int PortOf(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? port
            : throw new StackException($"--port must be a number from 1 to 65535, not '{text}'.");

    private static Uri PlcOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new StackException($"--plc must be the URL of a directory, not '{text}'.");
}
