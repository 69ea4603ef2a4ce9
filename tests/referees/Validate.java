// HAPI's FHIR R4 (4.0.1) validator as a process, without a network: `java -cp 'JARS/*' Validate.java FOLDER...`
//
// The folders hold profiles, value sets and code systems (JSON or XML) to know beside those of FHIR itself. Once they
// are loaded it writes {"loaded": number}. Then each line of standard input is a resource as JSON, and each is answered
// with one line: a JSON array of issues {severity, id, path, text}. The end of the input ends it.

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

public final class Validate {
    private static final FhirContext R4 = FhirContext.forR4();
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] folders) throws IOException {
        var answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever a library prints is no answer

        var known = new PrePopulatedValidationSupport(R4);
        int loaded = 0;
        for (String folder : folders) {
            for (Path file : filesOf(Path.of(folder))) {
                known.addResource(parse(file));
                loaded++;
            }
        }
        FhirValidator validator = validatorWith(known);
        validator.validateWithResult("{\"resourceType\": \"Basic\", \"code\": {\"text\": \"to load what is loaded late\"}}");
        answers.println(JSON.writeValueAsString(Map.of("loaded", loaded)));

        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            answers.println(JSON.writeValueAsString(issuesOf(validator, line)));
        }
    }

    /** A code system that nobody here has, such as SNOMED CT, is a warning: its codes cannot be looked up. */
    private static FhirValidator validatorWith(PrePopulatedValidationSupport known) {
        var unknownSystems = new UnknownCodeSystemWarningValidationSupport(R4);
        unknownSystems.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
        var rules = new FhirInstanceValidator(new ValidationSupportChain(
            new DefaultProfileValidationSupport(R4),
            known,
            new CommonCodeSystemsTerminologyService(R4),
            new InMemoryTerminologyServerValidationSupport(R4),
            new SnapshotGeneratingValidationSupport(R4),
            unknownSystems
        ));
        rules.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
        rules.setErrorForUnknownProfiles(true); // a profile that is claimed and not known was not checked
        return R4.newValidator().registerValidatorModule(rules);
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (var found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).filter(file -> file.toString().matches(".*\\.(json|xml)")).sorted().toList();
        }
    }

    private static IBaseResource parse(Path file) throws IOException {
        var parser = file.toString().endsWith(".xml") ? R4.newXmlParser() : R4.newJsonParser();
        return parser.parseResource(Files.readString(file));
    }

    private static List<Map<String, String>> issuesOf(FhirValidator validator, String resource) {
        try {
            return validator.validateWithResult(resource).getMessages().stream()
                .map(said -> issue(said.getSeverity().getCode(), said.getMessageId(), said.getLocationString(), said.getMessage()))
                .toList();
        } catch (RuntimeException e) { // HAPI's parser throws on what is no resource at all
            return List.of(issue("fatal", e.getClass().getSimpleName(), "", e.getMessage()));
        }
    }

    private static Map<String, String> issue(String severity, String id, String path, String text) {
        var told = new LinkedHashMap<String, String>();
        told.put("severity", severity);
        told.put("id", Objects.requireNonNullElse(id, ""));
        told.put("path", Objects.requireNonNullElse(path, ""));
        told.put("text", Objects.requireNonNullElse(text, ""));
        return told;
    }
}
