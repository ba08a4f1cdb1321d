namespace AtpKeyserver.DevStack;

/// <summary>Writes progress to a terminal, in colour if supported.</summary>
public sealed class StackTerminal(TextWriter output, bool colour) : IProgress<StackStage>
{
    private const int StageWidth = 44;
    private const int StepWidth = 62;

    /// <summary>The console. <see href="https://no-color.org"/></summary>
    public static StackTerminal Console { get; } = new(
        System.Console.Out,
        !System.Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb");

    /// <summary>Discards all output.</summary>
    public static StackTerminal Silent { get; } = new(TextWriter.Null, colour: false);

    // Same columns as offline/setup.sh.
    public void Report(StackStage value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Elapsed is { } elapsed)
            Line($"{Green("ok")} {Dim($"{elapsed.TotalSeconds,7:0.0} s   {value.Detail}")}");
        else
            Part($"  {value.Title,-StageWidth}");
    }

    public void Chapter(string title) => Line($"{Environment.NewLine}{Bold(title)}");

    public void StepBegins(string story) => Part($"  {story,-StepWidth} ");

    public void StepDone(string outcome) => Line($"{Green("✓")} {outcome}");

    public void StepFailed() => Line(Red("✗ failed"));

    public void Line(string text = "") => output.WriteLine(text);

    public string Bold(string text) => Paint(1, text);

    public string Dim(string text) => Paint(2, text);

    public string Red(string text) => Paint(31, text);

    public string Green(string text) => Paint(32, text);

    private string Paint(int code, string text) => colour ? $"\e[{code}m{text}\e[0m" : text;

    private void Part(string text)
    {
        output.Write(text);
        output.Flush();
    }
}
