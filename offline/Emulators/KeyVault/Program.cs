using AtpKeyserver.Emulators;
using AtpKeyserver.Emulators.KeyVault;

const string variable = "KEYVAULT_EMULATOR_TOKEN";

if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } token)
    return EmulatorProgram.Fail($"{variable} is not set. Set it to the bearer token that the emulator accepts.");

return await EmulatorProgram.RunAsync(args, async (port, data) =>
{
    var emulator = await KeyVaultEmulator.StartAsync(
        new KeyVaultEmulatorOptions { Port = port, DataFolder = data, Token = token });
    return (emulator, emulator.VaultUri);
});
