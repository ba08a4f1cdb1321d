using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>Error messages for people: without programming terms, and with what to do next.</summary>
internal static class Hint
{
    /// <summary>The message without the error name, and a hint.</summary>
    public static string AddTo(Exception failure) => failure switch
    {
        OperationCanceledException => "Interrupted.",
        UnauthorizedAccessException => "Cannot write the output: it is closed or not writable.",
        ArgumentException { ParamName: { } name } =>
            failure.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        PdsException { ErrorName: "AuthFactorTokenRequired" } known =>
            With(known, "Use an app password, which needs no second factor."),
        PdsException { ErrorName: "AuthenticationRequired" } known =>
            With(known, "Use your handle and an app password."),
        RefusedTokenException known => With(known, "Check the clock of this computer and --keyserver."),
        LimitedException { RetryAfter: { } wait } known =>
            With(known, $"Try again in {Math.Ceiling(wait.TotalSeconds)} s."),
        KeyserverException { OutcomeUnknown: true } known => With(known, "The change may have been made: check it."),
        KeyserverException known => known.Explanation,
        _ => failure.Message,
    };

    /// <summary>Messages of other servers may lack the full stop.</summary>
    private static string With(KeyserverException failure, string hint) =>
        $"{failure.Explanation.TrimEnd('.')}. {hint}";
}
