using AtpKeyserver.Emulators;
using AtpKeyserver.Emulators.Witness;
using AtpKeyserver.Tlog;

const string variable = "WITNESS_LOGS";

var logs = new List<VerifierKey>();
foreach (var text in Environment.GetEnvironmentVariable(variable)?.Split(' ') ?? [])
{
    if (!VerifierKey.TryParse(text, out var key))
        return EmulatorProgram.Fail($"'{text}' is not a verifier key. {variable} has those of the logs, with spaces.");
    logs.Add(key);
}

return await EmulatorProgram.RunAsync(args, async (port, data) =>
{
    var emulator = await WitnessEmulator.StartAsync(
        new WitnessEmulatorOptions { Port = port, DataFolder = data, Logs = logs });
    Console.WriteLine(emulator.Key);
    return (emulator, emulator.Origin);
});
