using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>Error messages for people: without programming terms, and with what to do next.</summary>
internal static class Hint
{
    public static string AddTo(Exception failure) => failure switch
    {
        OperationCanceledException => "Interrupted.",
        ArgumentException { ParamName: { } name } e =>
            e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        PdsException { ErrorName: "AuthFactorTokenRequired" } e =>
            $"{e.Message} Use an app password, which needs no second factor.",
        PdsException { ErrorName: "AuthenticationRequired" } e => $"{e.Message} Use your handle and an app password.",
        RefusedTokenException e => $"{e.Message} Check the clock of this computer and --keyserver.",
        LimitedException { RetryAfter: { } wait } e => $"{e.Message} Try again in {Math.Ceiling(wait.TotalSeconds)} s.",
        KeyserverException { OutcomeUnknown: true } e => $"{e.Message} The change may have been made: check it.",
        _ => failure.Message,
    };
}
