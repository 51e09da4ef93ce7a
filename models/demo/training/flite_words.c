/* Speaks lines with a flite voice and prints when each word was spoken.
 *
 *   flite_words VOICE DIRECTORY < lines
 *
 * Each input line is "STRETCH TEXT"; STRETCH 1.0 is normal speed, more is slower. Line n is written to DIRECTORY/n.wav (six digits).
 * Output line: n, then one tab-separated "word start end" (seconds) per word.
 */
#include <flite/flite.h>
#include <stdio.h>
#include <string.h>

cst_voice *register_cmu_us_kal16(const char *);
cst_voice *register_cmu_us_awb(const char *);
cst_voice *register_cmu_us_rms(const char *);
cst_voice *register_cmu_us_slt(const char *);

static cst_voice *find_voice(const char *name) {
  if (!strcmp(name, "kal16")) return register_cmu_us_kal16(NULL);
  if (!strcmp(name, "awb")) return register_cmu_us_awb(NULL);
  if (!strcmp(name, "rms")) return register_cmu_us_rms(NULL);
  if (!strcmp(name, "slt")) return register_cmu_us_slt(NULL);
  return NULL;
}

int main(int argc, char **argv) {
  char line[4096];
  int number = 0;
  flite_init();
  cst_voice *voice = argc == 3 ? find_voice(argv[1]) : NULL;
  if (!voice) {
    fprintf(stderr, "usage: flite_words kal16|awb|rms|slt DIRECTORY < lines\n");
    return 2;
  }
  while (fgets(line, sizeof line, stdin)) {
    float stretch = 1;
    char path[512];
    line[strcspn(line, "\n")] = 0;
    char *text = strchr(line, ' ');
    if (!text || sscanf(line, "%f", &stretch) != 1) continue;
    feat_set_float(voice->features, "duration_stretch", stretch);
    cst_utterance *utterance = flite_synth_text(text + 1, voice);
    snprintf(path, sizeof path, "%s/%06d.wav", argv[2], number);
    cst_wave_save_riff(utt_wave(utterance), path);
    printf("%d", number);
    for (cst_item *word = relation_head(utt_relation(utterance, "Word")); word; word = item_next(word))
      printf("\t%s %f %f", item_name(word), ffeature_float(word, "R:SylStructure.daughter1.daughter1.R:Segment.p.end"),
             ffeature_float(word, "R:SylStructure.daughtern.daughtern.R:Segment.end"));
    printf("\n");
    delete_utterance(utterance);
    number++;
  }
  return 0;
}
